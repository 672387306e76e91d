"""What the person who looks at an operation may do to it now, by the rules that guard each act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import clearance
from bot.blocks import mention
from bot.command import Risk, Surface
from bot.frozen import thaw
from bot.store.operation_rows import State

if TYPE_CHECKING:
    from bot.access import Access
    from bot.command import Command, Context
    from bot.store.operation_rows import OperationRecord

# There everybody reads the answer, so it offers nothing that only some may do.
_READ_BY_ALL = (Surface.MENTION, Surface.SCHEDULE)


async def allowed_acts(
    context: Context, record: OperationRecord, command: Command | None
) -> frozenset[str]:
    """Names of acts (`bot.acts.ACTS`), and `again`; each press is judged anew."""
    asked = context.invocation
    if command is None or asked.surface in _READ_BY_ALL:
        return frozenset()
    standing = await context.access.role(asked.person, asked.surface, asked.channel)
    permitted = await context.access.permit(
        command,
        thaw(record.request.arguments),
        standing,
        asked.surface,
        record.request.channel or asked.channel,
    )
    person, now, may = asked.person, context.guard.now(), permitted.allowed
    found = {"again"} if may else set()
    match record.state:
        case State.REQUESTED:
            if clearance.may_withdraw(record, person, now).granted:
                found.add("cancel")
            if may and clearance.may_confirm(record, person, now).granted:
                found.add("confirm")
            if may and clearance.may_approve(record, person, now).granted:
                found |= {"approve", "reject"}
        case State.RUNNING if command.cancellable:
            if may or clearance.same_person(record, person):
                found.add("cancel")
        case State.INTERRUPTED if command.resumable and may:
            found.add("resume")
    return frozenset(found)


def waits_for(access: Access, record: OperationRecord, command: Command) -> str:
    """Who has to act now, as a sentence."""
    request = record.request
    if request.risk == Risk.DANGEROUS:
        return access.approvers(command.role, request.person_id).sentence
    return f"Waits for {mention(request.person_id, request.person_name)} to confirm it."
