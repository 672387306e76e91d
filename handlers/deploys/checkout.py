"""Steps in a checkout of the platform: declared programs, streamed into the thread."""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.clients.cloudflare_versions import Version, versions
from bot.errors import BadAnswer, NotConfigured, OpsError
from bot.program import Ended as ProgramEnded
from bot.program import run_program
from bot.settings import Settings
from bot.settings.deploys import StepName
from bot.store.deploys_rows import DeployOutcome, StepState
from handlers.deploys.flight import Ended, Flight
from handlers.deploys.steps import BRANCH, BUILD, TESTS, UPLOAD, VALIDATE, PipelineStep
from handlers.deploys.telling import show_output

SHOW_EVERY = 3.0  # seconds between two edits of what a running program prints
_GIT_SECONDS = 30.0
_SHOWN_LINES = 40
_BRANCH = re.compile(r"[A-Za-z0-9][\w./+-]{0,120}")
_VERSION_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


@dataclass(slots=True)
class Output:
    """What programs of a step printed; the thread sees its last lines while they run."""

    flight: Flight
    step: PipelineStep
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=2_000))
    shown_at: float = 0.0

    async def hear(self, line: str) -> None:
        self.lines.append(line)
        if time.monotonic() - self.shown_at >= SHOW_EVERY:
            self.shown_at = time.monotonic()
            last = "\n".join(list(self.lines)[-_SHOWN_LINES:])
            show_output(
                self.flight.runtime, self.flight.record, self.step, StepState.RUNNING, "", last
            )
            await self.flight.progress.say(line[:150])

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


async def from_checkout(flight: Flight) -> None:
    """Branch, tests, build, validation, and the upload of a version. Raises Ended, OpsError."""
    for step in (BRANCH, TESTS, BUILD, VALIDATE):
        if flight.over(step):
            continue
        flight.must_stop()
        await flight.begin(step)
        await run_step(flight, step)
    if not flight.over(UPLOAD):
        flight.must_stop()
        await flight.begin(UPLOAD)
        await _upload(flight)


async def run_step(flight: Flight, step: PipelineStep) -> None:
    """The declared programs of a step; not configured is said, and is not passed."""
    name: StepName = step.name  # type: ignore[assignment]
    if not flight.settings.deploys.checkout.step(name).commands:
        flight.mark(step, StepState.NOT_CONFIGURED)
        return
    output = Output(flight, step)
    ended = await run_commands(flight, step, output, await placeholders(flight))
    flight.mark(step, StepState.PASSED, ended.told, output.text)


async def run_commands(
    flight: Flight, step: PipelineStep, output: Output, filled: Mapping[str, str]
) -> ProgramEnded:
    """All of them within the step's time; raises Ended where one fails or is stopped."""
    name: StepName = step.name  # type: ignore[assignment]
    declared = flight.settings.deploys.checkout.step(name)
    ends = time.monotonic() + declared.minutes * 60.0
    ended = ProgramEnded(0, 0.0, 0, ())
    for command in declared.commands:
        arguments = [_filled(text, filled) for text in command]
        await output.hear(flight.runtime.redactor.text(f"$ {' '.join(arguments)}"))
        ended = await run_program(
            arguments,
            folder=folder_of(flight.settings),
            limit=max(1.0, ends - time.monotonic()),
            variables=_variables(flight.settings, declared.secrets),
            redact=flight.runtime.redactor.text,
            on_line=output.hear,
            stop=flight.stop,
        )
        if not ended.good:
            told = f"{arguments[0]} {ended.told}"
            flight.mark(step, StepState.FAILED, told, output.text)
            flight.must_stop()
            raise Ended(DeployOutcome.FAILED, f"{step.title} failed: {told}.")
    return ended


async def placeholders(flight: Flight, script: str = "", environment: str = "") -> dict[str, str]:
    """What `{branch}` and the others stand for in a declared argument."""
    record = flight.record
    commit = await git(flight.settings, "rev-parse", "--short=12", "HEAD")
    return {
        "branch": record.asked,
        "commit": commit,
        "date": f"{record.started_at:%Y%m%d}",
        "environment": environment or record.environment,
        "script": script or record.script,
        "tag": record.tag or tag_of(record.asked, commit),
    }


def tag_of(branch: str, commit: str) -> str:
    """What a version of a checkout is called: at most 25 characters, as Cloudflare wants. Pure."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", branch)
    return f"{plain[:12].rstrip('-')}-{commit}"


async def known_branch(settings: Settings, name: str) -> bool:
    """Whether the checkout or its origin has a branch of that name; raises NotConfigured."""
    if settings.deploys.checkout.folder is None or not _BRANCH.fullmatch(name) or ".." in name:
        return False
    for place in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
        if await git(settings, "rev-parse", "--verify", "--quiet", place, missing_ok=True):
            return True
    listed = ("ls-remote", "--heads", "origin", f"refs/heads/{name}")
    return bool(await git(settings, *listed, missing_ok=True))


async def git(settings: Settings, *arguments: str, missing_ok: bool = False) -> str:
    """The first line of what git prints in the checkout; raises OpsError where it fails."""
    folder = folder_of(settings)
    ended = await run_program(["git", *arguments], folder=folder, limit=_GIT_SECONDS)
    if ended.good:
        return ended.tail[0] if ended.tail else ""
    if missing_ok:
        return ""
    raise OpsError(f"git {arguments[0]} in {folder} {ended.told}.", " ".join(ended.tail[-1:]))


def folder_of(settings: Settings) -> Path:
    """Where the checkout is; raises NotConfigured."""
    folder = settings.deploys.checkout.folder
    if folder is None:
        raise NotConfigured(
            "No checkout of the platform is configured.",
            "Set folder under [deploys.checkout] in pitchey.toml, or name an uploaded version.",
        )
    return folder


async def _upload(flight: Flight) -> None:
    """A version for staging and, where it is to go there, one for production."""
    if not flight.settings.deploys.checkout.step("upload").commands:
        flight.mark(UPLOAD, StepState.NOT_CONFIGURED)
        raise Ended(
            DeployOutcome.FAILED,
            "No version was uploaded: [deploys.checkout.steps.upload] is not configured.",
        )
    filled = await placeholders(flight)
    flight.change(tag=filled["tag"])
    output, told = Output(flight, UPLOAD), []
    staging = flight.staging
    if staging is not None and staging.worker_script and not flight.to_staging:
        made = await _uploaded(flight, output, staging.worker_script, staging.name)
        flight.keep(replace(flight.canary, staging_version=made.id))
        told.append(f"{made.short} for {staging.name}")
    made = await _uploaded(flight, output, flight.record.script, flight.record.environment)
    flight.change(version=made.id, tag=made.tag or filled["tag"])
    told.append(f"{made.short} for {flight.record.environment}")
    flight.mark(UPLOAD, StepState.PASSED, ", ".join(told), output.text)


async def _uploaded(flight: Flight, output: Output, script: str, environment: str) -> Version:
    """The version that the declared programs made: told by Cloudflare, not by what they print."""
    cloudflare = flight.runtime.clients.cloudflare
    before = {each.id for each in await versions(cloudflare, script)}
    filled = await placeholders(flight, script, environment)
    await run_commands(flight, UPLOAD, output, filled)
    found = [each for each in await versions(cloudflare, script) if each.id not in before]
    named = set(_VERSION_ID.findall(output.text))
    of_ours = [each for each in found if each.id in named] or [
        each for each in found if each.tag == filled["tag"]
    ]
    chosen = of_ours or found
    if len(chosen) != 1:
        flight.mark(UPLOAD, StepState.FAILED, "which version is it?", output.text)
        raise BadAnswer(
            f"After the upload, Cloudflare lists {len(chosen)} new versions of {script}.",
            "Nothing was deployed. Look at what the upload printed.",
        )
    return chosen[0]


def _filled(text: str, filled: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: filled[found[1]], text)


def _variables(settings: Settings, names: tuple[str, ...]) -> dict[str, str]:
    """The named secrets of the bot; one that is not set is left out."""
    found: dict[str, str] = {}
    for name in names:
        held = getattr(settings.secrets, name.lower(), None)
        value = held.get_secret_value() if held is not None else os.environ.get(name)
        if value is not None:
            found[name] = value
    if settings.cloudflare.account_id:
        found["CLOUDFLARE_ACCOUNT_ID"] = settings.cloudflare.account_id
    found["CLOUDFLARE_API_BASE_URL"] = settings.cloudflare.api_url
    return found
