"""Runs the checks side by side, each with its own deadline, so that the slowest sets the time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.judging.asking import Answers
from bot.judging.states import State
from handlers.health.causes import traced
from handlers.health.checks import CHECKS
from handlers.health.result import COMPONENTS, VITAL, Check, Health
from handlers.health.scene import Scene

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings

log = logging.getLogger(__name__)
Tell = Callable[[tuple[str, ...]], Awaitable[None]]  # the checks that are still awaited
_GRACE = 0.2  # seconds after its deadline in which a check may still tell what it saw


async def check_health(
    clients: Clients,
    settings: Settings,
    component: str | None = None,
    environment: str | None = None,
    tell: Tell | None = None,
) -> Health:
    """Check one part, or all of them. Raises BadInput for an unknown environment only.

    `tell` hears which checks are still awaited, each time that changes.
    """
    chosen = settings.environment(environment)
    await clients.prepare()  # loading libraries in the middle would be measured as latency
    started, clock = datetime.now(UTC), time.perf_counter()
    longest = max(settings.checks.api, settings.checks.cache, settings.checks.auth)
    scene = Scene(
        clients=clients,
        settings=settings,
        environment=chosen,
        answers=Answers(clients.platform_for(chosen), longest),
        now=started,
        own=chosen.name == settings.default_environment,
    )
    names = (component,) if component else COMPONENTS
    try:
        checks = await run_all(
            {name: _started(name, scene) for name in names},
            {name: float(getattr(settings.checks, name)) for name in names},
            tell,
        )
    finally:
        await scene.answers.close()
    took = (time.perf_counter() - clock) * 1000
    return Health(chosen.name, component, started, took, traced(checks))


async def run_all(
    checks: dict[str, Coroutine[Any, Any, Check]],
    deadlines: dict[str, float],
    tell: Tell | None = None,
) -> tuple[Check, ...]:
    """Run checks side by side; one that hangs or breaks costs the others nothing."""
    tasks = {
        name: asyncio.create_task(_timed(name, check, deadlines[name] + _GRACE))
        for name, check in checks.items()
    }
    try:
        waiting = set(tasks.values())
        while waiting:
            if tell is not None:
                await tell(tuple(name for name, task in tasks.items() if task in waiting))
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks.values():
            task.cancel()
    return tuple(_result(name, task, deadlines[name]) for name, task in tasks.items())


async def _started(name: str, scene: Scene) -> Check:
    return await CHECKS[name](scene)


async def _timed(name: str, check: Coroutine[Any, Any, Check], deadline: float) -> Check:
    clock = time.perf_counter()
    try:
        async with asyncio.timeout(deadline):
            found = await check
    except TimeoutError:
        found = late(name, deadline - _GRACE)
    return replace(found, took_ms=(time.perf_counter() - clock) * 1000)


def late(name: str, deadline: float) -> Check:
    """The result of a check that did not finish in time."""
    return Check(
        component=name,
        state=State.DOWN if name in VITAL and name != "auth" else State.UNKNOWN,
        summary="timed out",
        meaning=f"No result within {deadline:g} s.",
        next_step="Check again; if it lasts, look at the parts it depends on.",
        lost="timed out",
        evidence=(f"The check was stopped after {deadline:g} s",),
    )


def _result(name: str, task: asyncio.Task[Check], deadline: float) -> Check:
    if task.cancelled():
        return late(name, deadline)
    fault = task.exception()
    if fault is None:
        return task.result()
    # A fault of the bot's own: told and logged, and no verdict on the platform.
    log.error("health check %s broke", name, exc_info=fault)
    kind = type(fault).__name__
    return Check(
        component=name,
        state=State.UNKNOWN,
        summary="check broke",
        meaning=f"This check itself failed ({kind}); that says nothing about the platform.",
        next_step="Tell whoever looks after the bot; its log has the details.",
        evidence=(f"{kind} inside the check",),
    )
