"""Reading how the bot is; the store is all it needs, so a terminal sees what Slack sees."""

from __future__ import annotations

from datetime import datetime

from bot import copies
from bot.blocks import mention
from bot.errors import OpsError
from bot.lifetime import bot_version
from bot.store import OutboxCounts, Store
from handlers.status.result import RunningOperation, Status

FAILED_SHOWN = 5


def read_status(store: Store, now: datetime) -> Status:
    """What the store knows; where it cannot be read, `problem` says why."""
    try:
        counts = store.outbox.counts()
        entries, head = store.audit.head()
        alive, lost = copies.divided(store, now)
        serving = [run for run in alive if run.leaving_at is None] or alive
        return Status(
            now=now,
            version=bot_version(),
            run=serving[0] if serving else store.runs.latest(),
            store_problem=store.problem(),
            outbox=counts,
            failed=store.outbox.failed(FAILED_SHOWN) if counts.failed else (),
            waiting_for=store.outbox.problem() if counts.waiting else "",
            operations=_operations(store),
            audit_entries=entries,
            audit_head=head,
            copies=alive,
            lost=lost,
        )
    except OpsError as error:
        empty = OutboxCounts(0, 0)
        return Status(
            now, bot_version(), None, error.message, empty, (), "", (), 0, "", problem=error.message
        )


def retry_failed(store: Store, now: datetime) -> int:
    """Failed messages wait again, and what waits is tried at once; answers how many failed."""
    return store.outbox.retry(now)


def _operations(store: Store) -> tuple[RunningOperation, ...]:
    found = []
    for record in store.operations.running():
        steps = store.operations.steps(record.id)
        found.append(
            RunningOperation(
                id=record.id,
                line=record.request.line,
                target=record.request.target,
                person=record.request.person_name,
                who=mention(record.request.person_id, record.request.person_name),
                started_at=record.started_at or record.requested_at,
                step=steps[-1].name if steps else "",
            )
        )
    return tuple(found)
