"""Reading the journal."""

from __future__ import annotations

from bot.errors import BadInput
from bot.store import Store
from bot.store.operation_rows import State
from handlers.operations.result import OperationList

MOST = 50


def read_operations(store: Store, state: str | None, limit: int) -> OperationList:
    """What waits or runs, then what changed last; raises BadInput for a limit that is none."""
    if not 1 <= limit <= MOST:
        raise BadInput(
            f"`limit` is from 1 to {MOST}, not {limit}.", "For example `operations --limit 20`."
        )
    counts = store.operations.counts()
    wanted = (State(state),) if state else tuple(State)
    waits = tuple(each for each in wanted if not each.final)
    # However old: what waits or runs is what people look for.
    shown = store.operations.recent(limit, waits) if waits else ()
    ended = tuple(each for each in wanted if each.final)
    if ended and len(shown) < limit:
        shown += store.operations.recent(limit - len(shown), ended)
    return OperationList(
        shown,
        total=sum(counts.get(each, 0) for each in wanted),
        waiting=counts.get(State.REQUESTED, 0),
        running=counts.get(State.RUNNING, 0),
        state=state or "",
    )
