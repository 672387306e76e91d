"""What the requester sees before a guarded operation runs: the question, the wait. Pure."""

from __future__ import annotations

import html
from collections.abc import Sequence

from bot.ask_buttons import reason_button
from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    confirm,
    context,
    date,
    dated,
    escape,
    fields,
    mention,
    section,
)
from bot.clearance import spoken
from bot.command import Block, Delivery, Plan, Reply, Risk
from bot.moments import undated
from bot.rivals import rival_blocks, take_back_buttons
from bot.store.operation_rows import OperationRecord

LINES_SHOWN = 12
OPERATION = "operation"  # the command that every button here runs
Before = Sequence[str]  # names of the steps done in the operations that this one resumes
NOTHING: Before = ()


def question(
    record: OperationRecord,
    word: str,
    minutes: int,
    before: Before = NOTHING,
    rival: OperationRecord | None = None,
) -> Reply:
    """For the requester alone: what would change, and the button that does it.

    `rival` says what else waits for the same target.
    """
    request = record.request
    text = f":raised_hand: Nothing has changed yet: confirm {shown_line(record, word)}."
    yes = command_button(
        clip(f"{'Resume' if record.resumes else 'Run'} {request.command}", 75),
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
            *plan_blocks(record, before),
            *rival_blocks(rival),
            actions(yes, no, *take_back_buttons(record, rival)),
            context(
                f"Open for {minutes} minutes, until {date(record.expires_at, '{time}')}. "
                f"Operation {code(record.id)}."
            ),
        ],
        outcome="requested",
        data=summary(record),
        private=True,
    )


def terminal_question(
    record: OperationRecord,
    word: str,
    before: Before = NOTHING,
    glass: str = "",
    rival: OperationRecord | None = None,
) -> Reply:
    """What y or N at a terminal is about; `glass` is why no second person is needed."""
    line = shown_line(record, word)
    text = f":raised_hand: Nothing has changed yet: confirm {line}."
    alone: list[Block] = []
    if glass:
        text = f":rotating_light: Nothing has changed yet: break the glass for {line}?"
        alone = [
            section(
                f"It runs without a second person ({escape(glass)}). Everybody in the channel is "
                "told, and the audit log marks it."
            )
        ]
    blocks = [section(f"*{text}*"), *plan_blocks(record, before), *alone, *rival_blocks(rival)]
    if buttons := take_back_buttons(record, rival):
        blocks.append(actions(*buttons))
    return Reply(text, [*blocks, context(f"Operation {code(record.id)}.")])


def reason_wanted(line: str, plan: Plan, word: str, trouble: str) -> Reply:
    """A command that wants a reason has none: what it would do, and a button that asks why.

    `trouble` says what is wrong with the reason, or that there is none.
    """
    text = f":question: Say why: {trouble}"
    typed = f'{word} {line} --reason="…"'
    blocks = [
        section(f"*{text}*"),
        section(f"It would change *{escape(plan.target)}*: {dated(plan.effect)}"),
        actions(
            reason_button(
                "Give the reason",
                line,
                f"Why run `{clip(line, 100)}`? Others judge it by this.",
                style="primary",
            )
        ),
        context(f"Or type it: {code(typed)}"),
    ]
    return Reply(text, blocks, outcome="not understood", exit_code=64, private=True)


def waiting(
    record: OperationRecord,
    channel: str,
    who: str,
    rival: OperationRecord | None = None,
    *,
    commands: bool,
) -> Reply:
    """For the requester: where the request stands, and `who` may approve it, as a sentence.

    `commands`: they may break the glass.
    """
    ends = date(record.expires_at, "{time}")
    where = f"<#{channel}>" if not channel.startswith("#") else channel
    text = f":hourglass_flowing_sand: Waiting for approval in {where} until {ends}."
    buttons = [
        command_button("Cancel the request", act_line(record, "cancel"), delivery=Delivery.UPDATE)
    ]
    buttons += take_back_buttons(record, rival)
    if commands:
        buttons.append(glass_button(record))
    return Reply(
        text,
        [
            section(f"*{text}*"),
            section(
                f"Nothing has changed yet: {code(html.unescape(record.request.line))} on "
                f"*{escape(record.request.target)}* needs a second person.\n{who}"
            ),
            *rival_blocks(rival),
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


def shown_line(record: OperationRecord, word: str) -> str:
    """The command as it was meant; the stored one has its special characters escaped."""
    return code(f"{word} {html.unescape(record.request.line)}")


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
        "effect": undated(request.effect),
        "reason": request.reason,
        "expires_at": record.expires_at.isoformat(),
    }


def plan_blocks(record: OperationRecord, before: Before = NOTHING) -> list[Block]:
    """What would change, where and why; the command itself is in the heading."""
    request = record.request
    facts = [f"*Where*\n{escape(request.target)}"]
    if request.risk == Risk.DANGEROUS:
        facts += [
            f"*Why*\n{spoken(request.reason)}",
            f"*Asked by*\n{mention(request.person_id, request.person_name)} "
            f"at {date(record.requested_at, '{time}')}",
        ]
    lines = [f"• {dated(line)}" for line in request.lines[:LINES_SHOWN]]
    if len(request.lines) > LINES_SHOWN:
        lines.append(f"and {len(request.lines) - LINES_SHOWN} more")
    effect = "\n".join([f"*Effect*\n{dated(request.effect)}", *lines])
    blocks = [fields(*facts), section(effect)]
    if record.resumes:
        blocks.append(section(_resuming(record, before)))
    return blocks


def _resuming(record: OperationRecord, before: Before) -> str:
    """Which operation goes on, from which step, and what is left out."""
    text = f"*Resumes* {code(record.resumes)} from step {len(before) + 1}."
    if not before:
        return f"{text} No step of it had finished."
    done = ", ".join(escape(clip(name, 60)) for name in before[:LINES_SHOWN])
    more = f" and {len(before) - LINES_SHOWN} more" if len(before) > LINES_SHOWN else ""
    return f"{text} Done before, and left out now: {done}{more}."
