"""What people see of a guarded operation that runs or ran: steps, elapsed time, the end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.approval_views import act_line, again_button
from bot.blocks import actions, clip, code, command_button, confirm, context, escape, section
from bot.clearance import mention
from bot.command import Block, Command, Reply, Risk
from bot.limits import BLOCKS_PER_MESSAGE
from bot.store.operation_rows import OperationRecord, State, Step

STEPS_SHOWN = 20


def running(
    record: OperationRecord,
    command: Command | None,
    steps: Sequence[Step],
    now: datetime,
    note: str = "",
) -> tuple[str, list[Block]]:
    """The one progress message; `note` is what the command said last."""
    request = record.request
    current = next((step.name for step in reversed(steps) if step.finished_at is None), "")
    doing = f", step {len(steps)}: {escape(current)}" if current else ""
    how = (
        ":rotating_light: Running without a second person:"
        if record.glass
        else ":hourglass_flowing_sand: Running"
    )
    text = f"{how} {code(request.command)} on {escape(request.target)}{doing}."
    blocks = [section(f"*{text}*"), *_steps(steps, now)]
    if note:
        blocks.append(context(escape(note)))
    if record.canceller:
        blocks.append(context(f"{escape(record.canceller)} cancelled it: it ends after this step."))
    elif command is not None and command.cancellable:
        stop = command_button(
            "Cancel it",
            act_line(record, "cancel"),
            asks=confirm(
                f"Cancel {request.command}?"[:100],
                f"{request.target}: it ends after the step that runs now.",
                "Cancel it",
                "Let it run",
                danger=True,
            ),
        )
        blocks.append(actions(stop))
    blocks.append(origin(record, now))
    return text, blocks


def glass_notice(record: OperationRecord, word: str) -> tuple[str, list[Block]]:
    """Loud, to everybody who is here: somebody acts alone, and why."""
    request = record.request
    who = mention(record.decider_id, record.decider_name)
    text = (
        f":rotating_light: <!here> Glass broken: {who} runs {code(f'{word} {request.line}')} "
        f"on {escape(request.target)} without a second person."
    )
    return text, [
        section(f"*{text}*"),
        section(f"*Effect*\n{escape(request.effect)}\n*Why*\n{escape(request.reason)}"),
        context(f"Allowed by: {escape(record.glass)}. Operation {code(record.id)}."),
    ]


def result(
    record: OperationRecord, steps: Sequence[Step], command: Command | None
) -> tuple[str, list[Block]]:
    """The end: what the command answered, its steps, who let it run."""
    stored = record.result or {}
    text = str(stored.get("text") or _ended(record))
    blocks: list[Block] = list(stored.get("blocks") or [section(f"*{text}*")])
    if record.state is State.INTERRUPTED:
        return interrupted(record, steps, command)
    blocks = blocks[: BLOCKS_PER_MESSAGE - 3]
    end = record.ended_at or record.requested_at
    return text, [*blocks, *_steps(steps, end, ended=True), origin(record, end)]


def interrupted(
    record: OperationRecord, steps: Sequence[Step], command: Command | None
) -> tuple[str, list[Block]]:
    """The process that ran it ended: what is known, and the next step as a button."""
    request = record.request
    text = (
        f":warning: Interrupted: the bot stopped while {code(request.command)} ran on "
        f"{escape(request.target)}."
    )
    finished = [step.name for step in steps if step.finished_at is not None]
    begun = [step.name for step in steps if step.finished_at is None]
    known = f"Last finished step: *{escape(finished[-1])}*." if finished else "No step finished."
    if begun:
        known += f" *{escape(begun[-1])}* had begun and may be half done: look before you go on."
    resumable = command is not None and command.resumable
    following = (
        command_button(f"Resume {request.command}"[:75], act_line(record, "resume"))
        if resumable
        else again_button(record)
    )
    return text, [
        section(f"*{text}*"),
        section(known),
        actions(following, command_button("Show the operation", f"operation {record.id}")),
        origin(record, record.ended_at or record.requested_at),
    ]


def final_reply(record: OperationRecord, steps: Sequence[Step], command: Command | None) -> Reply:
    """The same end, for somebody who waited for it."""
    text, blocks = result(record, steps, command)
    good = record.state is State.SUCCEEDED
    code_of = int((record.result or {}).get("exit_code", 0 if good else 1))
    return Reply(text, blocks, outcome=record.state.value, exit_code=code_of)


def origin(record: OperationRecord, now: datetime) -> Block:
    """Id, who asked, who let it run, why, how long."""
    request = record.request
    asked = mention(request.person_id, request.person_name)
    parts = [f"Operation {code(record.id)}, asked by {asked}"]
    if request.risk == Risk.DANGEROUS and record.decider_id and not record.glass:
        parts.append(f"approved by {mention(record.decider_id, record.decider_name)}")
    if record.started_at:
        parts.append(
            f"took {span(now - record.started_at)}"
            if record.state.final
            else f"running for {span(now - record.started_at)}"
        )
    why = f" Why: {escape(clip(request.reason, 300))}" if request.reason else ""
    return context(f"{', '.join(parts)}.{why}")


def span(length: timedelta) -> str:
    """`4 s`, `2 min 5 s`, `1 h 3 min`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"


def _ended(record: OperationRecord) -> str:
    command = code(record.request.command)
    match record.state:
        case State.SUCCEEDED:
            return f":white_check_mark: Done: {command} on {escape(record.request.target)}."
        case State.CANCELLED:
            return f":no_entry_sign: Cancelled: {command} on {escape(record.request.target)}."
    return f":x: Failed: {command} on {escape(record.request.target)}."


def _steps(steps: Sequence[Step], now: datetime, *, ended: bool = False) -> list[Block]:
    lines = []
    for step in steps[-STEPS_SHOWN:]:
        if step.finished_at is not None:
            took = span(step.finished_at - step.started_at)
            lines.append(f":white_check_mark: {escape(step.name)}, done in {took}")
        else:
            so_far = span(now - step.started_at)
            end = f"not finished after {so_far}" if ended else f"{so_far} so far"
            lines.append(f":small_blue_diamond: {escape(step.name)}, {end}")
    if len(steps) > STEPS_SHOWN:
        lines.insert(0, f"{len(steps) - STEPS_SHOWN} earlier steps are done")
    return [section("\n".join(lines))] if lines else []
