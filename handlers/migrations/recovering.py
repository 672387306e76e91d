"""After a crash: what the database says is applied, and copies that nobody uses any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.announcing import channel_of
from bot.errors import OpsError
from bot.events import Audited, Listener
from bot.jobs import Job
from bot.store.operation_rows import State
from handlers.migrations import scratch
from handlers.migrations.running import applied
from handlers.migrations.standing import situation
from handlers.migrations.views import interrupted_message

if TYPE_CHECKING:
    from bot.runtime import Runtime

EVERY = timedelta(minutes=5)
APPLY, TEST = "migrate apply", "migrate test"


async def audited(runtime: Runtime, event: Audited) -> None:
    """An interrupted one is told of with what really happened."""
    entry = event.entry
    if entry.outcome != State.INTERRUPTED.value or entry.command not in (APPLY, TEST):
        return
    if entry.command == APPLY:
        runtime.background(_tell(runtime, entry.reference), f"state of {entry.reference}")
    else:
        runtime.background(_clear(runtime), f"copy of {entry.reference}")


async def _tell(runtime: Runtime, operation: str) -> None:
    record = runtime.store.operations.get(operation)
    if record is None:
        return
    try:
        rows, standing, trouble = await applied(runtime), (await situation(runtime)).files, ""
    except OpsError as error:
        rows, standing, trouble = None, None, error.message
    text, blocks = interrupted_message(operation, rows, standing, trouble)
    runtime.messages.post(
        channel_of(record, runtime.settings),
        text,
        blocks,
        key=f"{operation}:applied",
        thread_ts=record.request.thread_ts,
    )


async def _clear(runtime: Runtime) -> None:
    await clear(runtime, runtime.now())


async def clear(runtime: Runtime, _due: datetime) -> str:
    """Drop what killed tests left; raises DatabaseFailure."""
    if not runtime.settings.migrations.configured or not runtime.clients.database.configured:
        return "Not configured."
    gone = await scratch.clear(runtime)
    return f"Dropped {', '.join(gone)}." if gone else "Nothing was left."


CLEAR = Job(
    name="migration-copies",
    title="Drop copies of the database that a killed test left",
    when=lambda settings: EVERY if settings.migrations.configured else None,
    run=clear,
    deadline=120.0,
    quiet=True,
)
LISTENERS = (Listener(Audited, audited),)
