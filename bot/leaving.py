"""How a process stops: the others take over at once, and nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bot import copies
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.app import Workspace
    from bot.lifetime import Lifetime
    from bot.schedule import Schedule

log = logging.getLogger(__name__)
WITHIN = 9.0  # seconds for all of it: who stops a process kills it after ten
_JOBS_SECONDS = 2.0  # that jobs of the schedule get to end
_WORK_SECONDS = 6.0  # that commands and operations get to end
_LAST_SECONDS = 2.5  # to tell of those that did not


class WayIn(Protocol):
    """Socket Mode, or the address of HTTP."""

    async def leave(self, *, others: bool) -> None:
        """Take no more; return once what came is acknowledged. `others`: copies that stay."""
        ...


async def leave(
    workspace: Workspace, ways: Sequence[WayIn], schedule: Schedule, lifetime: Lifetime
) -> None:
    """Hand over what other copies can do, close the ways in, then finish or record what runs."""
    runtime = workspace.house.dispatcher.runtime
    began = time.monotonic()
    runtime.leaving = True  # /healthz says so, and operations begin elsewhere
    others = others_serve(workspace)
    log.info("stopping; %d other copies go on", others)
    lifetime.leave()
    jobs = asyncio.create_task(schedule.aclose(_JOBS_SECONDS))
    parts: list[Coroutine[Any, Any, None]] = [way.leave(others=bool(others)) for way in ways]
    if others:
        parts.append(workspace.outbox.hand_over())
    for found in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(found, BaseException):
            log.error("a part of the stop failed: %r", found, exc_info=found)
    # The way in is closed by now; work in flight may still need the way back to Slack.
    await asyncio.wait((jobs,), timeout=max(0.0, began + _JOBS_SECONDS + 0.2 - time.monotonic()))
    await lifetime.stop()
    left = WITHIN - (time.monotonic() - began)
    await workspace.aclose(max(1.0, min(_WORK_SECONDS, left - _LAST_SECONDS)))
    # What a job had under way is over by now too, and given back.
    await asyncio.gather(jobs, return_exceptions=True)


def others_serve(workspace: Workspace) -> int:
    """How many other copies take what comes; 0 where the store cannot say."""
    store = workspace.house.store
    try:
        return len(copies.staying(store, workspace.house.dispatcher.runtime.now()))
    except OpsError as error:
        log.warning("whether others go on is not known: %s", error.message)
        return 0
