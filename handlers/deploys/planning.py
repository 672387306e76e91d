"""What a deployment would do, and what stands in its way; computed again right before it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.arguments import UnknownWord
from bot.backups.fresh import standing
from bot.clients.cloudflare_versions import Version, version_detail
from bot.command import Arguments, Context, Plan, Risk
from bot.errors import OpsError, Refused
from bot.live import Picture, look, script_of
from bot.moments import date
from bot.phrases import elapsed
from bot.settings import Settings
from bot.store.deploys_rows import DeployOutcome, DeployRecord
from handlers.deploys.checkout import folder_of, known_branch
from handlers.deploys.choosing import LATEST, choose, steps_of, unknown, wait_of, where
from handlers.deploys.steps import BRANCH, BUILD, STAGING_TEST, TESTS, UPLOAD, VALIDATE
from handlers.deploys.wording import version_words

PROOFS = 100  # of the newest deployments are looked at for one that passed staging


@dataclass(frozen=True, slots=True)
class Thought:
    """`version` is None for a branch. `unfinished` is what this one would carry on."""

    environment: str
    picture: Picture
    asked: str
    version: Version | None
    wanted: Mapping[str, Any]
    lines: tuple[str, ...]
    unfinished: DeployRecord | None = None

    @property
    def previous(self) -> Version | None:
        live = self.picture.live
        return self.picture.version(live.version) if live is not None else None

    @property
    def previous_id(self) -> str:
        return self.picture.live.version if self.picture.live is not None else ""


async def think(context: Context, arguments: Arguments) -> Thought:
    """Look at everything; raises BadInput, Refused and what Cloudflare does."""
    settings = context.settings
    asked = str(arguments.get("version") or LATEST).strip()
    name = where(settings, arguments.get("environment"), f"deploy {asked}")
    environment = settings.environment(name)
    script_of(environment)
    tag = settings.maintenance.tag
    picture = await look(context.clients.cloudflare, environment, detailed=1, maintenance_tag=tag)
    version = choose(picture.versions, asked, tag)
    unfinished = _unfinished(context, name, asked, version)
    if version is None and not await known_branch(settings, asked):
        checkout = settings.deploys.checkout.folder is not None
        raise unknown(picture.versions, asked, name, checkout=checkout)
    steps = steps_of(settings, arguments.get("canary"))
    wait = wait_of(settings, arguments.get("wait"))
    wanted: dict[str, Any] = {
        "asked": asked,
        "canary": list(steps),
        "wait_seconds": wait.total_seconds(),
    }
    lines: list[str] = []
    thought = Thought(name, picture, asked, version, wanted, (), unfinished)
    if unfinished is not None:
        return replace(thought, wanted=unfinished.wanted, lines=(_where_it_stands(unfinished),))
    if version is not None:
        _worth_it(picture, version, name)
        lines += await _about(context, picture, version)
    else:
        lines += _checkout_lines(settings, asked)
    if name != settings.deploys.staging:
        lines += await _before_production(context, arguments, thought, wanted)
    return replace(thought, lines=tuple(lines))


async def plan(context: Context, arguments: Arguments) -> Plan:
    """The dry run of `think` in words, and what it was computed from."""
    found = await think(context, arguments)
    live = ",".join(f"{share.version}={share.percent:g}" for share in found.picture.split)
    staging = found.environment == context.settings.deploys.staging
    run = found.unfinished.id if found.unfinished is not None else ""
    meant = found.version.id if found.version is not None else f"branch {found.asked}"
    return Plan(
        target=target_of(context.settings, found.environment),
        effect=_effect(found, staging=staging),
        lines=found.lines,
        # What somebody presses or a crash leaves changes the split of one that is carried on.
        state=f"{meant}|{run or live}",
        risk=Risk.CHANGES if staging else Risk.DANGEROUS,
    )


def target_of(settings: Settings, environment: str) -> str:
    """What is changed, and locked: the Worker, whatever changes it."""
    return f"Worker {script_of(settings.environment(environment))}"


def _unfinished(
    context: Context, name: str, asked: str, version: Version | None
) -> DeployRecord | None:
    found = context.store.deploys.unfinished_in(name)
    if found is None:
        return None
    same = version is not None and version.id == found.version
    if same or asked in (found.asked, found.wanted.get("asked")):
        return found
    raise UnknownWord(
        f"{found.id}, {found.called} to {name}, is not finished.",
        "Look at it, resume it or roll it back first.",
        (f"deploy status {found.id}", f"deploy abort {found.id}"),
    )


def _worth_it(picture: Picture, version: Version, environment: str) -> None:
    live = picture.live
    if live is None:
        raise Refused(
            f"Nothing is deployed in {environment} yet, so there is no way back.",
            "Make the first deployment with wrangler.",
        )
    if not live.whole:
        shares = ", ".join(f"{each.version[:8]} {each.percent:g} %" for each in live.shares)
        raise Refused(
            f"{environment} is split between two versions: {shares}.",
            "Somebody's canary is under way. Let it end, or `/pitchey rollback` first.",
        )
    now = picture.version(live.version)
    if now is not None and now.tag.lower() == picture.maintenance_tag.lower():
        raise Refused(
            f"{environment} shows the maintenance page.",
            "End maintenance mode first.",
            offers=[("End maintenance mode", f"maintenance off --environment {environment}")],
        )
    if live.version == version.id:
        raise UnknownWord(
            f"{version.tag or version.short} is live in {environment} already, at 100 %.",
            "Name another version, or another environment: `deploy v1.10.0 to production`.",
            (f"deployments {environment}",),
        )


async def _about(context: Context, picture: Picture, version: Version) -> list[str]:
    by = f" by {version.author}" if version.author else ""
    words = f": {version.message}" if version.message else ""
    lines = [
        f"{version.tag or 'without a tag'}, version {version.number} ({version.short}), "
        f"uploaded {date(version.at)}{by}{words}"
    ]
    live = picture.live.version if picture.live is not None else ""
    old = picture.details.get(live)
    new = await version_detail(context.clients.cloudflare, picture.script, version.id)
    if old is not None:
        then, now = {each.name for each in old.bindings}, {each.name for each in new.bindings}
        if gone := sorted(then - now):
            lines.append(f"without the bindings that the live version has: {', '.join(gone)}")
        if added := sorted(now - then):
            lines.append(f"with bindings that the live version has not: {', '.join(added)}")
        if old.version.number > version.number:
            lines.append("older than what is live: `rollback` is the command to go back")
    return lines


def _checkout_lines(settings: Settings, branch: str) -> list[str]:
    checkout = settings.deploys.checkout
    missing = [
        step.title
        for step in (BRANCH, TESTS, BUILD, VALIDATE, UPLOAD, STAGING_TEST)
        if not checkout.step(step.name).commands  # type: ignore[arg-type]
    ]
    lines = [f"branch {branch} of the checkout {folder_of(settings)}"]
    if missing:
        lines.append(f"not configured, so not done: {', '.join(missing)}")
    return lines


async def _before_production(
    context: Context, arguments: Arguments, thought: Thought, wanted: dict[str, Any]
) -> list[str]:
    """Best practices 1 and 2; fills in `wanted`. Raises Refused without a pass of staging."""
    return [
        await _staging_line(context, arguments, thought, wanted),
        await _backup_line(context, arguments, wanted),
        "goes back by itself at once where errors, latency or health get worse",
    ]


async def _staging_line(
    context: Context, arguments: Arguments, thought: Thought, wanted: dict[str, Any]
) -> str:
    settings = context.settings
    if reason := str(arguments.get("without-staging") or "").strip():
        wanted["without_staging"] = reason
        return f"WITHOUT staging: {reason}"
    staging = settings.deploys.staging
    if not staging:
        return "staging is not configured"
    if staging not in settings.environments:
        raise Refused(
            f"Production needs a pass of {staging}, and there is no [environments.{staging}].",
            'Configure it, or give a reason: `--without-staging "…"`.',
        )
    if thought.version is None:
        return f"goes to {staging} first, and stops there where its test fails"
    proof = _proof(context, staging, thought.version)
    if proof is None:
        called = thought.version.tag or str(thought.version.number)
        raise UnknownWord(
            f"{called} has not passed {staging} in the last {settings.deploys.staging_days} days.",
            'Deploy it there first, or give a reason: `--without-staging "…"`.'
            + ("" if thought.version.tag else " It has no tag to know it by on staging."),
            (f"deploy {called} to {staging}",) if thought.version.tag else (),
        )
    wanted["staging_passed"] = proof.id
    return passed_words(staging, proof, thought.version)


def passed_words(staging: str, proof: DeployRecord, version: Version) -> str:
    """Which deployment proved it; a build that came after that under the same tag says so. Pure."""
    if proof.ended_at is None:
        return f"passed {staging} in {proof.id}"
    told = f"passed {staging} in {proof.id} at {date(proof.ended_at)}"
    if version.at <= proof.ended_at:
        return told
    return f"CAREFUL: {told}, and this build of the same tag was uploaded only after that"


def _proof(context: Context, staging: str, version: Version) -> DeployRecord | None:
    """The deployment in which a version of the same tag passed staging."""
    since = context.runtime.now() - timedelta(days=context.settings.deploys.staging_days)
    for run in context.store.deploys.newest(PROOFS):
        good = run.environment == staging and run.outcome is DeployOutcome.SUCCEEDED
        if good and version.tag and run.tag == version.tag and (run.ended_at or since) > since:
            return run
    return None


async def _backup_line(context: Context, arguments: Arguments, wanted: dict[str, Any]) -> str:
    if reason := str(arguments.get("without-backup") or "").strip():
        wanted["without_backup"] = reason
        return f"WITHOUT a backup: {reason}"
    try:
        async with asyncio.timeout(10):
            return (await standing(context.runtime, context.settings, deadline=8.0)).words
    except (OpsError, TimeoutError):
        return "a backup is made first; whether a fresh one exists cannot be seen now"


def _effect(found: Thought, *, staging: bool) -> str:
    version, previous = found.version, found.previous
    new = version_words(version.tag, version.id) if version else f"branch {found.asked}"
    old = version_words(previous.tag if previous else "", found.previous_id)
    plain = str.maketrans("", "", "`\u200b")
    new, old = new.translate(plain), old.translate(plain)
    if found.unfinished is not None:
        return f"carries on {found.unfinished.id}: {new} to {found.environment}."
    if staging:
        return f"gives every request of {found.environment} to {new}, and tests it; before {old}."
    steps = [*found.wanted["canary"], 100]
    wait = elapsed(timedelta(seconds=found.wanted["wait_seconds"]))
    percents = ", ".join(f"{step} %" for step in steps)
    how = f"{percents}, at least {wait} each" if len(steps) > 1 else "100 % at once after a test"
    return (
        f"gives the requests of {found.environment} to {new} step by step: {how}. "
        f"The way back is {old}."
    )


def _where_it_stands(run: DeployRecord) -> str:
    percent = run.canary.get("percent")
    at = f"{percent} % of the requests" if percent is not None else "before production"
    return f"{run.id} stands at {at}; what is live is read again before anything is changed"
