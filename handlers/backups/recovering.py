"""After a restore that did not end well: how the databases and maintenance mode stand now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.announcing import channel_of
from bot.backups.beside_databases import BesideDatabase, Standing, listed
from bot.backups.switching import live_name
from bot.command import Surface
from bot.errors import OpsError
from bot.events import Audited, Listener
from bot.maintenance_mode import state
from bot.store.operation_rows import OperationRecord, State
from handlers.backups.recovering_views import left_message
from handlers.backups.result import Left

if TYPE_CHECKING:
    from datetime import datetime

    from bot.runtime import Runtime

RESTORE, SWITCH = "restore", "restore switch"
_ENDED_BADLY = (State.INTERRUPTED, State.FAILED, State.CANCELLED)
_PATIENCE = 60.0  # seconds that a database which restarts is waited for
_AT_THE_END = 1.5  # of a terminal's process, whose events have two seconds
_PAUSE = 3.0


def untold(record: OperationRecord) -> bool:
    """Whether its own result leaves open how things stand. Pure.

    A restore beside the live database that fails drops its copy, and a switch says itself what
    came of it; who had writers stopped, or whose bot died, is told.
    """
    if record.request.command == SWITCH:
        return record.state is State.INTERRUPTED
    over = bool(record.request.arguments.get("over"))
    return record.state is State.INTERRUPTED or (over and record.state in _ENDED_BADLY)


async def audited(runtime: Runtime, event: Audited) -> None:
    entry = event.entry
    if entry.command not in (RESTORE, SWITCH) or entry.outcome not in _ENDED_BADLY:
        return
    record = runtime.store.operations.get(entry.reference)
    if record is None or not untold(record):
        return
    if record.request.surface == Surface.TERMINAL.value:
        await tell(runtime, record, _AT_THE_END)  # that process ends now, and all beside it
    else:
        runtime.background(tell(runtime, record), f"databases after {record.id}")


async def tell(runtime: Runtime, record: OperationRecord, patience: float = _PATIENCE) -> None:
    """Post it once, below what the operation said."""
    text, blocks = left_message(await look(runtime, record, patience))
    runtime.messages.post(
        channel_of(record, runtime.settings), text, blocks, key=f"{record.id}:databases",
        thread_ts=record.request.thread_ts,
    )  # fmt: skip


async def look(runtime: Runtime, record: OperationRecord, patience: float = _PATIENCE) -> Left:
    """Ask the server and Cloudflare; what does not answer is in `trouble`, or None."""
    live, trouble = "", ""
    found: tuple[BesideDatabase, ...] = ()
    began = record.started_at or record.requested_at
    try:
        async with asyncio.timeout(patience):
            live, found = await _databases(runtime)
    except (OpsError, TimeoutError) as error:
        trouble = error.message if isinstance(error, OpsError) else "The database did not answer."
    stopped = await _stopped(runtime) if record.request.arguments.get("over") else False
    mine = [each for each in found if each.at is not None and each.at >= _second(began)]
    return Left(
        record.id, record.state is State.INTERRUPTED and record.request.command == RESTORE, live,
        next((each for each in mine if each.standing is Standing.REPLACED), None),
        tuple(each for each in mine if each.standing in (Standing.RESTORING, Standing.RESTORED)),
        stopped, trouble,
    )  # fmt: skip


async def _stopped(runtime: Runtime) -> bool | None:
    """Maintenance mode is on; None where nobody knows."""
    try:
        return (await state(runtime)).on
    except OpsError:
        return None


async def _databases(runtime: Runtime) -> tuple[str, tuple[BesideDatabase, ...]]:
    database = runtime.clients.database
    while True:
        try:
            return await live_name(database), await listed(database)
        except OpsError as error:
            if error.permanent:
                raise
            await asyncio.sleep(_PAUSE)


def _second(moment: datetime) -> datetime:
    """A database's comment tells whole seconds."""
    return moment.replace(microsecond=0)


LISTENERS = (Listener(Audited, audited),)
