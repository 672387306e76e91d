"""Switch maintenance mode, and ask the platform whether people see it."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import maintenance_mode
from bot.clients.cloudflare_deployments import Share
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import PING
from bot.command import Operation, Person
from bot.errors import OpsError
from bot.verification import verify
from handlers.maintenance.result import Ended, Seen, Shown, Switched

if TYPE_CHECKING:
    from bot.runtime import Runtime

_PATIENCE = 15.0  # seconds until a deployment has reached the place that answers us
_PAUSE = 0.5
_PAST = 5


async def shown(runtime: Runtime, environment: str | None) -> Shown:
    """Where it stands, and the last few times."""
    found = await maintenance_mode.state(runtime, environment)
    past = runtime.store.maintenance.past(_PAST, found.environment)
    return Shown(found, past, runtime.now(), runtime.settings.maintenance.tag)


async def switch_on(
    runtime: Runtime,
    operation: Operation,
    environment: str,
    person: Person,
    message: str,
    lasting: timedelta | None,
    expected: tuple[Share, ...],
) -> Switched:
    """Deploy it, then ask until people see it; raises what `maintenance_mode.switch_on` does."""
    started = time.monotonic()
    record = await maintenance_mode.switch_on(
        runtime,
        environment,
        person=person,
        message=message,
        lasting=lasting,
        expected=expected,
        say=operation.step,
    )
    await operation.step("Ask the platform what people see")
    seen = await _seen(runtime, environment, down=True)
    found = await maintenance_mode.state(runtime, environment)
    return Switched(record, found, seen, time.monotonic() - started)


async def switch_off(
    runtime: Runtime,
    operation: Operation,
    environment: str,
    person: Person,
    *,
    keep: bool,
    force: bool,
    expected: tuple[Share, ...],
) -> Ended:
    """Deploy what answered before, then ask whether the platform is well."""
    started = time.monotonic()
    if keep:
        await operation.step("Leave live what is live")
    record, found = await maintenance_mode.switch_off(
        runtime,
        environment,
        person=person,
        keep=keep,
        expected=expected,
        force=force,
        say=operation.step,
    )
    await operation.step("Ask whether the platform is well")
    where = runtime.settings.environment(environment)
    seen = await _seen(runtime, environment, down=False)
    well = await verify(runtime.settings, runtime.clients, where, requests=6, patience=5)
    return Ended(record, found, seen, well.good, well.summary, keep, time.monotonic() - started)


async def _seen(runtime: Runtime, environment: str, *, down: bool) -> Seen:
    """Ask until it answers as wanted, or patience ends. Never raises."""
    platform = runtime.clients.platform_for(runtime.settings.environment(environment))
    platform.forget()
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            answer = await platform.get(PING, deadline=5)
        except (NoAnswer, OpsError) as error:
            seen = Seen(None, "", error.message, False)
        else:
            after = answer.headers.get("retry-after", "")
            as_wanted = answer.status == 503 if down else answer.status != 503
            seen = Seen(answer.status, after, "", as_wanted)
        if seen.as_wanted or time.monotonic() >= until:
            return seen
        await asyncio.sleep(_PAUSE)
