"""What a person can do to an operation: confirm, approve, reject, cancel, resume, break the glass.

Each press is authorised again, for the guarded command and for the person who presses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot import clearance, entrusting, guard_answers
from bot.access import Decision as Permission
from bot.blocks import code, mention
from bot.clearance import Clearance
from bot.command import Command, Context, Person, Reply, Surface
from bot.errors import BadInput
from bot.frozen import thaw
from bot.guard import Guard
from bot.guard_input import reason_of
from bot.guard_terminal import confirmed
from bot.store.operation_rows import Decision, OperationRecord, State

NOW = 0.0  # seconds: for a decision Slack is asked anew who somebody is
ACTS = ("show", "confirm", "approve", "reject", "cancel", "resume", "break-glass")


def find(guard: Guard, name: str) -> OperationRecord:
    """The operation of that id; raises BadInput."""
    found = guard.store.operations.get(name.strip().upper())
    if found is None:
        raise BadInput(
            f"There is no operation {code(name[:40])}.",
            "`/pitchey operations` lists them; an id looks like `OP-7KQ2MX4P`.",
        )
    return found


async def act(context: Context, name: str, what: str, reason: str) -> Reply:
    """One act of `ACTS` but `show`; raises OpsError."""
    guard = context.guard
    record = find(guard, name)
    command = guard.catalogue.find(record.request.command)
    if command is None:
        return guard_answers.not_allowed(record, f"there is no `{record.request.command}` any more")
    if command.changing_role is not None:
        command = replace(command, role=command.changing_role)
    async with guard.deciding(record.id):
        record = find(guard, name)
        over = record.expires_at <= guard.clock()
        gone = record.request.ticket and not entrusting.holder_of(context.runtime, record)
        if record.state is State.REQUESTED and (over or gone):
            guard.look()
            record = find(guard, name)
        return await _ACTS[what](context, command, record, reason)


async def _confirm(context: Context, command: Command, record: OperationRecord, _: str) -> Reply:
    verdict = clearance.may_confirm(record, context.invocation.person, context.guard.clock())
    return await _let_run(context, command, record, verdict, "")


async def _approve(context: Context, command: Command, record: OperationRecord, _: str) -> Reply:
    asked = context.invocation.person
    verdict = clearance.may_approve(record, asked, context.guard.clock())
    who = context.access.approvers(command.role, record.request.person_id).sentence
    return await _let_run(context, command, record, verdict, "", who)


async def _break(context: Context, command: Command, record: OperationRecord, _: str) -> Reply:
    asked = context.invocation
    right = context.guard.glass_right(asked.person, context.role, asked.surface)
    if record.state is State.REQUESTED and not right:
        return guard_answers.no_glass(at_terminal=asked.surface is Surface.TERMINAL)
    verdict = clearance.waits(record, context.guard.clock())
    return await _let_run(context, command, record, verdict, right)


async def _let_run(
    context: Context,
    command: Command,
    record: OperationRecord,
    verdict: Clearance,
    glass: str,
    who: str = "",
) -> Reply:
    """`who` says who can approve where this person cannot."""
    guard, person = context.guard, context.invocation.person
    if not verdict.granted:
        return _refused(record, verdict.message, who)
    if not (permission := await _permission(context, command, record)).allowed:
        return guard_answers.not_allowed(record, permission.message, permission.hint)
    if person.id != record.request.person_id and (
        why := await _requester_barred(context, command, record)
    ):
        hint = "Ask for it yourself; a second person then approves that."
        return guard_answers.not_allowed(record, why, hint)
    if (holder := guard.holder(record.request.target)) is not None:
        return guard_answers.busy(holder)
    decision = Decision(person.id, person.name, glass=glass)
    if glass and context.invocation.at_terminal:
        return await confirmed(guard, context, command, record, decision, ours=False)
    if not await guard.unchanged(context, command, record):
        return guard_answers.changed(record)
    return await guard.begin(context, record, decision)


async def _reject(
    context: Context, command: Command, record: OperationRecord, reason: str
) -> Reply:
    guard, person = context.guard, context.invocation.person
    verdict = clearance.may_reject(record, person, guard.clock())
    if not verdict.granted:
        return _refused(record, verdict.message)
    if not (permission := await _permission(context, command, record)).allowed:
        return guard_answers.not_allowed(record, permission.message, permission.hint)
    if not (words := reason_of({"reason": reason})):
        return guard_answers.why_rejected(record, reason.strip())
    guard.close(record, State.REJECTED, Decision(person.id, person.name, words), "Rejected.")
    return guard_answers.closed(find(guard, record.id))


async def _cancel(context: Context, command: Command, record: OperationRecord, _: str) -> Reply:
    guard, person = context.guard, context.invocation.person
    if record.state is not State.RUNNING:
        verdict = clearance.may_withdraw(record, person, guard.clock())
        if not verdict.granted:
            return _refused(record, verdict.message)
        guard.close(record, State.CANCELLED, Decision(person.id, person.name), "Taken back.")
        return guard_answers.closed(find(guard, record.id))
    if not command.cancellable:
        return guard_answers.not_allowed(record, f"`{command.name}` cannot be cancelled.")
    if not clearance.same_person(record, person):
        permission = await _permission(context, command, record)
        if not permission.allowed:
            return guard_answers.not_allowed(record, permission.message, permission.hint)
    who = mention(person.id, person.name)
    if not guard.store.operations.ask_cancel(record.id, who):
        record = find(guard, record.id)
        if record.state is not State.RUNNING:
            return guard_answers.told(record)
    return guard_answers.cancelling(record, command.cancelling)


async def _resume(context: Context, command: Command, record: OperationRecord, _: str) -> Reply:
    if record.state is not State.INTERRUPTED:
        return guard_answers.told(record)
    if not command.resumable:
        return guard_answers.not_allowed(record, f"`{command.name}` begins anew: ask for it again.")
    if not (permission := await _permission(context, command, record)).allowed:
        return guard_answers.not_allowed(record, permission.message, permission.hint)
    if (follower := context.guard.store.operations.resumed_by(record.id)) is not None:
        return guard_answers.resumed(record, follower)
    arguments = thaw(record.request.arguments) | {"break-glass": False}
    # What runs stands for the person who resumes it now, as a request of their own.
    own = replace(context, invocation=replace(context.invocation, text=record.request.line))
    return await context.guard.handle(own, command, arguments, resumes=record.id)


async def _permission(context: Context, command: Command, record: OperationRecord) -> Permission:
    asked = context.invocation
    standing = await context.access.role(asked.person, asked.surface, asked.channel, newer_than=NOW)
    arguments = thaw(record.request.arguments)
    return await context.access.permit(
        command, arguments, standing, asked.surface, record.request.channel or asked.channel
    )


async def _requester_barred(context: Context, command: Command, record: OperationRecord) -> str:
    """Why whoever asked may not run it any more; empty where they may."""
    request = record.request
    person, surface = Person(request.person_id, request.person_name), Surface(request.surface)
    standing = await context.access.role(person, surface, request.channel, newer_than=NOW)
    permission = await context.access.permit(
        command, thaw(request.arguments), standing, surface, request.channel
    )
    if permission.allowed:
        return ""
    who = mention(person.id, person.name)
    if standing.excluded:
        return f"{who}, who asked for it, may not run it any more. {standing.why}"
    if standing.unread:
        return f"{who} asked for it, and who that is {standing.unread}."
    if permission.missing is None:
        return permission.message
    have = f"has the role *{standing.role.word}*" if standing.role else "has no role"
    needs = f"{code(command.name)} needs *{permission.missing.word}*"
    unsure = "".join(f" Not confirmed: {one.trouble}." for one in standing.unconfirmed[:1])
    return f"{who}, who asked for it, {have} now; {needs}.{unsure}"


def _refused(record: OperationRecord, message: str, hint: str = "") -> Reply:
    if record.state is State.REQUESTED:
        return guard_answers.not_allowed(record, message, hint)
    return guard_answers.told(record)


Act = Callable[[Context, Command, OperationRecord, str], Awaitable[Reply]]
_ACTS: dict[str, Act] = {
    "confirm": _confirm,
    "approve": _approve,
    "reject": _reject,
    "cancel": _cancel,
    "resume": _resume,
    "break-glass": _break,
}
