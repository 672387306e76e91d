"""Another request that waits for the same target: said to who asks next, and how to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import code, command_button, context, date, mention
from bot.clearance import same_person
from bot.command import Block, Person
from bot.store.operation_rows import OperationRecord, State

if TYPE_CHECKING:
    from bot.store import Store

_LOOKED_AT = 20  # requests that wait for one target


def rival_of(store: Store, record: OperationRecord) -> OperationRecord | None:
    """What else waits for the target, the requester's own first; only one of them will run."""
    waiting = store.operations.newest(_LOOKED_AT, (State.REQUESTED,), record.request.target)
    others = [other for other in waiting if other.id != record.id]
    return min(others, key=lambda other: not _own(record, other), default=None)


def rival_blocks(rival: OperationRecord | None) -> list[Block]:
    """Who asked for what, and until when it waits."""
    if rival is None:
        return []
    request = rival.request
    who = mention(request.person_id, request.person_name)
    until = date(rival.expires_at, "{time}")
    return [
        context(
            f":warning: {code(request.command)} of {who} ({code(rival.id)}) waits for the same "
            f"target until {until}: whichever is first runs."
        )
    ]


def take_back_buttons(record: OperationRecord, rival: OperationRecord | None) -> list[Block]:
    """For somebody who forgot a request of their own."""
    if rival is None or not _own(record, rival):
        return []
    return [command_button("Take the earlier one back", f"operation {rival.id} cancel")]


def _own(record: OperationRecord, other: OperationRecord) -> bool:
    return same_person(other, Person(record.request.person_id, record.request.person_name))
