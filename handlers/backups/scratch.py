"""Scratch databases of drills whose bot was killed: they take room, and nobody looks for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.beside_databases import Standing, drop, listed
from bot.backups.drilling import PREFIX, scratch_server
from bot.events import Audited, Listener
from bot.store.operation_rows import State

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import Store

DRILL = "restore drill"
_FOREIGN = timedelta(days=1)  # that of another bot's drill is left alone so long
_LONGEST = timedelta(days=7)  # as a drill may take


async def clear(runtime: Runtime) -> tuple[str, ...]:
    """Drop what no drill can be using any more; their names. Raises DatabaseFailure."""
    if not runtime.clients.database.configured:
        return ()
    server, gone = scratch_server(runtime.settings, runtime.clients), []
    for each in await listed(server):
        half = each.standing in (Standing.SCRATCH, Standing.RESTORING)
        if not half or not each.name.startswith(PREFIX):
            continue
        if abandoned(runtime.store, each.at, runtime.now()):
            await drop(server, each.name)
            gone.append(each.name)
    return tuple(gone)


def abandoned(store: Store, at: datetime | None, now: datetime) -> bool:
    """Whether the drill that made a database `at` has ended: no drill of ours runs, and one of
    ours had begun before, or it is so old that no other bot's can be running."""
    if at is None or any(each.request.command == DRILL for each in store.operations.running()):
        return False
    begun = store.operations.begun_between(at - _LONGEST, at + timedelta(seconds=1))
    return any(each.request.command == DRILL for each in begun) or now - at > _FOREIGN


async def audited(runtime: Runtime, event: Audited) -> None:
    """A drill that was cut off: its database goes at once."""
    entry = event.entry
    if entry.outcome == State.INTERRUPTED.value and entry.command == DRILL:
        runtime.background(_clear(runtime), f"scratch database of {entry.reference}")


async def _clear(runtime: Runtime) -> None:
    await clear(runtime)


LISTENERS = (Listener(Audited, audited),)
