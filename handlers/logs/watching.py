"""A live log while it runs: Cloudflare's tail read until its time is over, or it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.cloudflare_tail import Interruption, Item, Tail
from bot.clients.cloudflare_tail_events import Overload
from bot.clients.cloudflare_tail_sessions import TailSession
from bot.errors import OpsError
from handlers.logs.entries import fits, of_tail
from handlers.logs.grouping import Groups
from handlers.logs.result import Entry, Group, Watch

if TYPE_CHECKING:
    from bot.runtime import Runtime

LOOK_SECONDS = 0.5
OPEN: set[str] = set()  # ids of the tail sessions that this process reads right now
Seen = Callable[[Entry, Group | None], None]


def tail_of(runtime: Runtime, script: str) -> Tail:
    """A tail whose sessions are remembered in the store until they are deleted."""
    live_logs, owner = runtime.store.live_logs, runtime.store.presence.sign_in("logs")

    def keep(session: TailSession) -> None:
        OPEN.add(session.id)
        live_logs.keep_tail(session.id, session.script, owner, runtime.now())

    return Tail(
        runtime.clients.cloudflare,
        script,
        keep=keep,
        forget=lambda session: live_logs.forget_tail(session.id),
        closed=lambda session: OPEN.discard(session.id),
    )


async def watch(
    tail: Tail,
    found: Watch,
    groups: Groups,
    seen: Seen,
    stopped: Callable[[], bool],
    seconds: float,
    now: Callable[[], datetime],
) -> None:
    """Fill `found` for so many seconds, or until `stopped()`; why it ended stands in `found.end`.

    The tail's session is deleted however this ends. `seen` gets each entry that fits.
    """
    found.end = "shutdown"  # what is true if nothing below comes to its end
    try:
        async with tail, contextlib.aclosing(tail.items()) as items:
            found.end = ""
            reading = asyncio.ensure_future(_read(items, found, groups, seen))
            try:
                found.end = await _wait(reading, stopped, seconds)
            except asyncio.CancelledError:
                found.end = "shutdown"
                raise
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
    except OpsError as error:
        found.end, found.problem, found.hint = "failed", error.message, error.hint
    finally:
        found.ended = now()


async def _wait(reading: asyncio.Future[None], stopped: Callable[[], bool], seconds: float) -> str:
    ends = asyncio.get_running_loop().time() + seconds
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        done, _ = await asyncio.wait((reading,), timeout=min(left, LOOK_SECONDS))
        if done:
            reading.result()  # raises what ended the stream
            return "time"
        if stopped():
            return "stopped"
    return "time"


async def _read(items: AsyncIterator[Item], found: Watch, groups: Groups, seen: Seen) -> None:
    async for item in items:
        if isinstance(item, Interruption):
            found.interruptions += 1
            found.missed += item.length
            continue
        if isinstance(item, Overload):
            found.sampled = True
            continue
        found.seen += 1
        for entry in of_tail(item):
            if not fits(entry, errors_only=found.errors_only, match=found.match):
                continue
            found.entries += 1
            new = groups.add(entry)
            seen(entry, new)
        found.groups, found.left_out = groups.sorted(), groups.left_out
