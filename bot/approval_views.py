"""What people see before a guarded operation runs: the question, the request, its end. Pure."""

from __future__ import annotations

from bot.ask_buttons import reason_button
from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    confirm,
    context,
    date,
    escape,
    fields,
    section,
)
from bot.clearance import mention
from bot.command import Block, Command, Delivery, Plan, Reply, Risk
from bot.store.operation_rows import OperationRecord, State

LINES_SHOWN = 12
REJECT_QUESTION = "Why is it rejected? Whoever asked for it reads this."
OPERATION = "operation"  # the command that every button here runs


def question(record: OperationRecord, word: str, minutes: int) -> Reply:
    """For the requester alone: what would change, and the button that does it."""
    request = record.request
    text = f":raised_hand: Nothing has changed yet: confirm {code(f'{word} {request.line}')}."
    yes = command_button(
        clip(f"Run {request.command}", 75),
        act_line(record, "confirm"),
        delivery=Delivery.UPDATE,
        style="primary",
        asks=confirm(
            clip(f"Change {request.target}?", 100),
            f"{request.target}: {request.effect}",
            "Yes, change it",
        ),
    )
    no = command_button("Do not run it", act_line(record, "cancel"), delivery=Delivery.UPDATE)
    return Reply(
        text,
        [
            section(f"*{text}*"),
            *_plan(record, word),
            actions(yes, no),
            context(
                f"Open for {minutes} minutes, until {date(record.expires_at, '{time}')}. "
                f"Operation {code(record.id)}."
            ),
        ],
        outcome="requested",
        data=summary(record),
        private=True,
    )


def reason_wanted(command: Command, line: str, plan: Plan, word: str) -> Reply:
    """A dangerous command without a reason: what it would do, and a button that asks why."""
    text = f":grey_question: Say why: {code(f'{word} {command.name}')} needs a reason."
    typed = f'{word} {line} --reason="…"'
    blocks = [
        section(f"*{text}*"),
        section(f"It would change *{escape(plan.target)}*: {escape(plan.effect)}"),
        actions(
            reason_button(
                "Give the reason",
                line,
                f"Why run `{clip(line, 100)}`? Whoever approves it reads this.",
                style="primary",
            )
        ),
        context(f"Or type it: {code(typed)}"),
    ]
    return Reply(text, blocks, outcome="rejected", exit_code=64, private=True)


def waiting(record: OperationRecord, channel: str, role: str, *, commands: bool) -> Reply:
    """For the requester: where the request stands. `commands`: they may break the glass."""
    ends = date(record.expires_at, "{time}")
    where = f"<#{channel}>" if not channel.startswith("#") else channel
    text = f":hourglass_flowing_sand: Waiting for approval in {where} until {ends}."
    buttons = [
        command_button("Cancel the request", act_line(record, "cancel"), delivery=Delivery.UPDATE)
    ]
    if commands:
        buttons.append(glass_button(record))
    return Reply(
        text,
        [
            section(f"*{text}*"),
            section(
                f"Nothing has changed yet. Somebody else with the role *{role}* has to approve "
                f"{code(record.request.line)} on *{escape(record.request.target)}*."
            ),
            actions(*buttons),
            context(f"Operation {code(record.id)}."),
        ],
        outcome="requested",
        data=summary(record),
        private=True,
    )


def glass_button(record: OperationRecord) -> Block:
    """The commander of a SEV1 need not wait; everybody is told."""
    request = record.request
    return command_button(
        "Break the glass",
        act_line(record, "break-glass"),
        delivery=Delivery.UPDATE,
        style="danger",
        asks=confirm(
            "Run without a second person?",
            f"{request.target}: {request.effect} Everybody in the channel is told.",
            "Break the glass",
            danger=True,
        ),
    )


def request_card(record: OperationRecord, word: str, role: str) -> tuple[str, list[Block]]:
    """For the channel: who wants what, where and why, with Approve and Reject."""
    request = record.request
    who = mention(request.person_id, request.person_name)
    ends = date(record.expires_at, "{time}")
    text = (
        f":raised_hand: Approval wanted by {ends}: {who} wants to run "
        f"{code(f'{word} {request.line}')} on {escape(request.target)}."
    )
    approve = command_button(
        clip(f"Approve {request.command}", 75),
        act_line(record, "approve"),
        style="primary",
        asks=confirm(
            clip(f"Approve {request.command}?", 100),
            f"{request.target}: {request.effect} Asked by {request.person_name}.",
            "Approve",
            "Not now",
        ),
    )
    reject = reason_button(
        "Reject",
        act_line(record, "reject"),
        REJECT_QUESTION,
        style="danger",
    )
    withdraw = command_button("Cancel the request", act_line(record, "cancel"))
    return text, [
        section(f"*{text}*"),
        *_plan(record, word),
        actions(approve, reject, withdraw),
        context(
            f"Nothing has changed yet. Somebody with the role *{role}*, other than {who}, "
            f"approves. Operation {code(record.id)}."
        ),
    ]


def decided_card(record: OperationRecord, word: str) -> tuple[str, list[Block]]:
    """The request's card once it is decided: by whom and when, and no buttons to decide it."""
    request = record.request
    by = mention(record.decider_id, record.decider_name)
    when = date(record.decided_at or record.requested_at, "{time}")
    words = f": {escape(record.decision)}" if record.decision else "."
    what = f"{code(f'{word} {request.line}')} on {escape(request.target)}"
    again: list[Block] = []
    match record.state:
        case State.REJECTED:
            text = f":no_entry: Rejected by {by} at {when}{words}"
        case State.EXPIRED:
            text = f":hourglass: Expired at {when}: nobody approved {what} in time."
            again = [again_button(record)]
        case State.CHANGED:
            text = f":warning: Not run: {escape(request.target)} changed since it was asked for."
            again = [again_button(record)]
        case State.CANCELLED if record.started_at is None:
            text = f":no_entry_sign: Cancelled by {by} at {when}: {what}."
        case _ if record.glass:
            text = f":rotating_light: Run without a second person by {by} at {when}: {what}."
        case _:
            text = f":white_check_mark: Approved by {by} at {when}: {what}."
    changed = "Nothing was changed. " if record.started_at is None else ""
    blocks = [section(f"*{text}*"), *_plan(record, word)]
    if again:
        blocks.append(actions(*again))
    blocks.append(context(f"{changed}Operation {code(record.id)}."))
    return text, blocks


def act_line(record: OperationRecord, act: str) -> str:
    return f"{OPERATION} {record.id} {act}"


def again_button(record: OperationRecord) -> Block:
    return command_button(f"Ask again for {record.request.command}"[:75], record.request.line)


def summary(record: OperationRecord) -> dict[str, object]:
    """The operation for `--json`."""
    request = record.request
    return {
        "operation": record.id,
        "state": record.state.value,
        "command": request.line,
        "target": request.target,
        "effect": request.effect,
        "reason": request.reason,
        "expires_at": record.expires_at.isoformat(),
    }


def _plan(record: OperationRecord, word: str) -> list[Block]:
    request = record.request
    facts = [
        f"*What*\n{code(f'{word} {request.line}')}",
        f"*Where*\n{escape(request.target)}",
    ]
    if request.risk == Risk.DANGEROUS:
        facts += [
            f"*Why*\n{escape(request.reason)}",
            f"*Asked by*\n{mention(request.person_id, request.person_name)} "
            f"at {date(record.requested_at, '{time}')}",
        ]
    lines = [f"• {escape(line)}" for line in request.lines[:LINES_SHOWN]]
    if len(request.lines) > LINES_SHOWN:
        lines.append(f"and {len(request.lines) - LINES_SHOWN} more")
    effect = "\n".join([f"*Effect*\n{escape(request.effect)}", *lines])
    return [fields(*facts), section(effect)]
