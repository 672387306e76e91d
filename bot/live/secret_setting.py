"""Setting a secret of the Worker: it deploys at once, so it is looked at like a deployment."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, Share, deployments, same_split
from bot.clients.cloudflare_refusals import CloudflareError
from bot.clients.cloudflare_secrets import put_secret
from bot.errors import BadAnswer, OpsError, Unreachable
from bot.live.answering import Answered, answering
from bot.live.changing import LiveChanged, Unknown
from bot.live.picture import script_of
from bot.live.rolling_back import Say, silent

if TYPE_CHECKING:
    from bot.runtime import Runtime

_LOOK = 10.0


@dataclass(frozen=True, slots=True)
class SecretSet:
    """`before` was live until then, `deployment` is what Cloudflare made of the new value."""

    name: str
    environment: str
    before: Deployment
    deployment: Deployment
    answered: Answered
    seconds: float


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
    Raises LiveChanged, Unknown, NewestNotDeployed (the newest version waits undeployed), and what
    Cloudflare.call does. The value is in no error and no message.
    """
    started = time.perf_counter()
    where = runtime.settings.environment(environment)
    cloudflare, script = runtime.clients.cloudflare, script_of(where)
    await say("Look what is live")
    history = await deployments(cloudflare, script, deadline=_LOOK)
    approved = None if expected is None else tuple(expected)
    if not history or (approved is not None and not same_split(history[0].shares, approved)):
        raise LiveChanged(history[0] if history else None, approved or ())
    await say(f"Set {name}, which deploys at once")
    failure = await _put(runtime, script, name, value)
    try:
        now = (await deployments(cloudflare, script, deadline=_LOOK))[:1]
    except OpsError as blind:
        raise Unknown(
            f"Cloudflare does not answer, so it is not known whether {name} was set.",
            "Look at `deployments`: a deployment for a changed secret says that it was.",
        ) from (failure or blind)
    if not now or now[0].id == history[0].id:
        raise failure or BadAnswer(
            f"Cloudflare took {name}, but shows no deployment of it.", "Look at `deployments`."
        )
    made = now[0]
    # The code is the same, so it is no deployment to be counted; charts show it all the same.
    reference = f"{where.name} {made.version} {made.at:%Y-%m-%dT%H:%M:%S}"
    runtime.store.marks.add(made.at, "deployment", f"{name} set", reference)
    await say("Ask the platform which version answers")
    answered = await answering(runtime.clients.platform_for(where), made.version)
    seconds = time.perf_counter() - started
    return SecretSet(name, where.name, history[0], made, answered, seconds)


async def _put(runtime: Runtime, script: str, name: str, value: str) -> OpsError | None:
    """None where Cloudflare said yes; the failure where it may have happened all the same."""
    try:
        await put_secret(runtime.clients.cloudflare, script, name, value)
    except (Unreachable, BadAnswer, CloudflareError) as failure:
        if isinstance(failure, CloudflareError) and failure.status >= 400:
            raise
        return failure
    return None
