"""Setting a secret of the Worker: it deploys at once, so it is looked at like a deployment."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, Share, deployments, same_split
from bot.clients.cloudflare_secrets import put_secret
from bot.errors import BadAnswer, OpsError
from bot.live.answering import Answered, answering
from bot.live.changing import LiveChanged
from bot.live.lost_answers import ONE_LOOK, lost, not_known, nothing_changed, seen
from bot.live.picture import script_of
from bot.live.rolling_back import Say, silent

if TYPE_CHECKING:
    from bot.runtime import Runtime

_BY_SECRET = "secret"  # noqa: S105 - Cloudflare's word for what triggered a deployment


@dataclass(frozen=True, slots=True)
class SecretSet:
    """`before` was live until then, `deployment` is what Cloudflare made of the new value.

    `noticed` is set where Cloudflare's answer was lost, and the deployment found by looking.
    """

    name: str
    environment: str
    before: Deployment
    deployment: Deployment
    answered: Answered
    seconds: float
    noticed: bool = False


async def set_secret(
    runtime: Runtime,
    environment: str,
    name: str,
    value: str,
    *,
    expected: Iterable[Share] | None,
    say: Say = silent,
) -> SecretSet:
    """Put it where `expected` is still live, find the deployment it made, ask who answers.

    A new value of the same text is a fresh start of every instance, and of its connections.
    It is sent once. Raises LiveChanged, NothingChanged, Unknown, NewestNotDeployed (the newest
    version waits undeployed), and what Cloudflare.call does. The value is in no error or message.
    """
    started = time.perf_counter()
    where = runtime.settings.environment(environment)
    cloudflare, script = runtime.clients.cloudflare, script_of(where)
    await say("Look what is live")
    history = await deployments(cloudflare, script, deadline=ONE_LOOK)
    approved = None if expected is None else tuple(expected)
    if not history or (approved is not None and not same_split(history[0].shares, approved)):
        raise LiveChanged(history[0] if history else None, approved or ())
    await say(f"Set {name}, which deploys at once")
    failure = await _put(runtime, script, name, value)
    known = {each.id for each in history}

    async def after() -> Deployment | None:
        listed = await deployments(cloudflare, script, deadline=ONE_LOOK)
        return made_of(known, listed, answered=failure is None)

    made = await seen(
        after,
        lambda found: found is not None,
        lambda blind: not_known(
            f"whether {name} was set",
            failure or blind,
            where.name,
            "A deployment for a changed secret says that it was.",
        ),
    )
    if made is None:
        if failure is not None:
            raise nothing_changed(f"{name} has its old value", failure) from failure
        raise BadAnswer(
            f"Cloudflare took {name}, but shows no deployment of it.", "Look at `deployments`."
        )
    # The code is the same, so it is no deployment to be counted; charts show it all the same.
    reference = f"{where.name} {made.version} {made.at:%Y-%m-%dT%H:%M:%S}"
    runtime.store.marks.add(made.at, "deployment", f"{name} set", reference)
    await say("Ask the platform which version answers")
    answered = await answering(runtime.clients.platform_for(where), made.version)
    seconds = time.perf_counter() - started
    noticed = failure is not None
    return SecretSet(name, where.name, history[0], made, answered, seconds, noticed)


def made_of(
    known: Collection[str], listed: Iterable[Deployment], *, answered: bool
) -> Deployment | None:
    """The deployment that setting a secret made, of those listed newest first. Pure.

    `known` are the ids of before. Without an answer only one that a secret triggered counts.
    """
    new = [each for each in listed if each.id not in known]
    by_secret = next((each for each in new if each.triggered_by == _BY_SECRET), None)
    return by_secret or (new[0] if new and answered else None)


async def _put(runtime: Runtime, script: str, name: str, value: str) -> OpsError | None:
    """None where Cloudflare said yes; the failure where it may have happened all the same."""
    try:
        await put_secret(runtime.clients.cloudflare, script, name, value)
    except OpsError as failure:
        if not lost(failure):
            raise
        return failure
    return None
