"""Reading the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.command import Role
from bot.errors import BadInput
from bot.store.operation_rows import State
from handlers.operations.result import OperationList

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.operation_rows import OperationRecord

MOST = 50
_ID = re.compile(r"\bINC-\d{1,12}\b")


def read_operations(
    store: Store,
    state: str | None,
    limit: int,
    person_id: str = "",
    role: Role | None = Role.ADMIN,
) -> OperationList:
    """What waits or runs, then what changed last; raises BadInput for a limit that is none.

    Others' operations in a private incident are for admins alone.
    """
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
    secret = () if role is not None and role >= Role.ADMIN else store.incidents.private()
    ids, channels = {each.id for each in secret}, {each.channel for each in secret}
    hidden = [each for each in shown if _tells(each, ids, channels - {""}, person_id)]
    states = [each.state for each in hidden]
    return OperationList(
        tuple(each for each in shown if each not in hidden),
        total=sum(counts.get(each, 0) for each in wanted) - len(hidden),
        waiting=counts.get(State.REQUESTED, 0) - states.count(State.REQUESTED),
        running=counts.get(State.RUNNING, 0) - states.count(State.RUNNING),
        state=state or "",
    )


def _tells(record: OperationRecord, ids: set[str], channels: set[str], person_id: str) -> bool:
    """Whether it tells of one of those incidents to somebody who did not ask for it."""
    request = record.request
    if request.person_id == person_id:
        return False
    words = f"{request.line} {request.target}".upper()
    return request.channel in channels or not ids.isdisjoint(_ID.findall(words))
