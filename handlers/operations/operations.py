"""Reading the journal."""

from __future__ import annotations

from bot.errors import BadInput
from bot.store import Store
from bot.store.operation_rows import State
from handlers.operations.result import OperationList

MOST = 50


def read_operations(store: Store, state: str | None, limit: int) -> OperationList:
    """The newest operations; open ones first. Raises BadInput for a limit that is none."""
    if not 1 <= limit <= MOST:
        raise BadInput(
            f"`limit` is from 1 to {MOST}, not {limit}.", "For example `operations --limit 20`."
        )
    states = (State(state),) if state else ()
    found = store.operations.newest(limit + 1, states)
    shown = found[:limit]
    if not states:
        # However old: what waits or runs is what people look for.
        still_open = store.operations.newest(limit, (State.RUNNING, State.REQUESTED))
        names = {record.id for record in still_open}
        shown = (*still_open, *(record for record in shown if record.id not in names))[:limit]
    return OperationList(shown, more=len(found) > limit)
