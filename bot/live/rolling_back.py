"""Rolling back: one deployment of the old version, and proof that it answers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, Share, deployments, same_split
from bot.events import DeploymentFinished
from bot.live.answering import Answered, answering
from bot.live.changing import Changed, put_live
from bot.live.lost_answers import ONE_LOOK
from bot.live.picture import script_of

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Environment

Say = Callable[[str], Awaitable[None]]


async def silent(_words: str) -> None:
    """Says nothing to nobody."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """`seconds` from the call to the last word of the platform; `api_seconds` are Cloudflare's.

    `answered` is what the platform itself says; see there.
    """

    environment: str
    version: str
    before: Deployment | None
    deployment: Deployment
    answered: Answered
    seconds: float
    api_seconds: float
    noticed: bool = False
    overtaken: Deployment | None = None

    @property
    def proven(self) -> bool:
        """The platform answers with that version."""
        return self.answered.agreed is not None


async def roll_back(  # noqa: PLR0913 - every option is keyword-only
    runtime: Runtime,
    environment: str,
    version: str,
    *,
    expected: Iterable[Share] | None,
    reason: str,
    person_name: str,
    force: bool = False,
    again: bool = False,
    say: Say = silent,
    deadline: float = 60.0,
    patience: float = 10.0,
) -> RolledBack:
    """Give every request to `version` (a whole id), and ask the platform until it answers.

    `expected` is the split that was approved; anything else that is live stops it before the
    change. `again` follows an attempt that may have been done: where `version` is live at 100 %,
    nothing is sent. `patience` seconds is how long the platform is asked. Tells the other features.
    Raises what `put_live` does; a platform that does not answer is told in the result.
    """
    started = time.perf_counter()
    where = runtime.settings.environment(environment)
    await say("Deploy the old version at 100 %")
    changed = await _done_before(runtime, where, version) if again else None
    changed = changed or await put_live(
        runtime.clients.cloudflare,
        script_of(where),
        (Share(version, 100),),
        expected=expected,
        message=f"Rollback to {version[:8]} by {person_name}: {reason}",
        force=force,
        deadline=deadline,
        environment=where.name,
    )
    _tell(runtime, where.name, changed, version, person_name)
    await say("Ask the platform which version answers")
    platform = runtime.clients.platform_for(where)
    platform.forget()
    answered = await answering(platform, version, deadline=patience)
    return RolledBack(
        environment=where.name,
        version=version,
        before=changed.before,
        deployment=changed.deployment,
        answered=answered,
        seconds=time.perf_counter() - started,
        api_seconds=changed.api_seconds,
        noticed=changed.noticed,
        overtaken=changed.overtaken,
    )


async def _done_before(runtime: Runtime, where: Environment, version: str) -> Changed | None:
    """What an earlier attempt made, whose answer was lost; None where it is not live."""
    started = time.perf_counter()
    history = await deployments(runtime.clients.cloudflare, script_of(where), deadline=ONE_LOOK)
    if not history or not same_split(history[0].shares, (Share(version, 100),)):
        return None
    before = history[1] if len(history) > 1 else None
    return Changed(before, history[0], time.perf_counter() - started, noticed=True)


def _tell(
    runtime: Runtime, environment: str, changed: Changed, version: str, person_name: str
) -> None:
    # Of a canary the old version answers most: what is left is the other one.
    left = (
        [each for each in changed.before.shares if each.version != version]
        if changed.before
        else []
    )
    previous = max(left, key=lambda each: each.percent).version if left else ""
    runtime.publish(
        DeploymentFinished(
            changed.deployment.at, environment, version, previous, "rolled back", person_name
        )
    )
