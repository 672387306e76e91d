"""What people see of a guarded operation that runs or ran: steps, elapsed time, the end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.approval_views import NOTHING, Before, act_line, again_button, shown_line
from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    confirm,
    context,
    dated,
    escape,
    mention,
    section,
)
from bot.clearance import canceller, spoken
from bot.command import CANCELLING, Block, Command, Reply, Risk
from bot.limits import BLOCKS_PER_MESSAGE, MESSAGE_TEXT_ADVISED
from bot.phrases import elapsed
from bot.run_outcome import outcome
from bot.store.operation_rows import OperationRecord, State, Step

STEPS_SHOWN, STEPS_OF_SUCCESS = 20, 8


def running(
    record: OperationRecord,
    command: Command | None,
    steps: Sequence[Step],
    now: datetime,
    note: str = "",
    before: Before = NOTHING,
) -> tuple[str, list[Block]]:
    """The one progress message; `note` is what the command said last, `before` what it resumes."""
    request = record.request
    current = next((step.name for step in reversed(steps) if step.finished_at is None), "")
    doing = f", step {len(before) + len(steps)}: {escape(current)}" if current else ""
    how = (
        ":rotating_light: Running without a second person:"
        if record.glass
        else ":hourglass_flowing_sand: Running"
    )
    text = f"{how} {code(request.command)} on {escape(request.target)}{doing}."
    blocks = [section(f"*{text}*"), *_steps(steps, now, before, record)]
    if note:
        blocks.append(context(escape(note)))
    if record.canceller:
        ends = command.cancelling if command else CANCELLING
        blocks.append(context(f"{canceller(record)} cancelled it: {ends}."))
    elif command is not None and command.cancellable:
        stop = command_button(
            "Cancel it",
            act_line(record, "cancel"),
            asks=confirm(
                f"Cancel {request.command}?"[:100],
                clip(f"{request.target}: {command.cancelling}.", 300),
                "Cancel it",
                "Let it run",
                danger=True,
            ),
        )
        # Its dialog outlives the edits of this message only under a name of its own.
        blocks.append({**actions(stop), "block_id": f"cancel-{record.id}"})
    blocks.append(origin(record, now))
    return text, blocks


def glass_notice(record: OperationRecord, word: str) -> tuple[str, list[Block]]:
    """Loud, to everybody who is here: somebody acts alone, and why."""
    request = record.request
    who = mention(record.decider_id, record.decider_name)
    text = (
        f":rotating_light: <!here> Glass broken: {who} runs {shown_line(record, word)} "
        f"on {escape(request.target)} without a second person."
    )
    return text, [
        section(f"*{text}*"),
        section(f"*Effect*\n{dated(request.effect)}\n*Why*\n{spoken(request.reason)}"),
        context(f"Allowed by: {escape(record.glass)}. Operation {code(record.id)}."),
    ]


def result(
    record: OperationRecord,
    steps: Sequence[Step],
    command: Command | None,
    before: Before = NOTHING,
) -> tuple[str, list[Block]]:
    """The end: what came of it first, then what was done, which command it was, who let it run."""
    if record.state is State.INTERRUPTED:
        return interrupted(record, steps, command, before)
    text, blocks = outcome(record)
    end = record.ended_at or record.requested_at
    undone = [section(_so_far(steps, before))] if record.state is not State.SUCCEEDED else []
    return clip(text, MESSAGE_TEXT_ADVISED), [
        *blocks[: BLOCKS_PER_MESSAGE - 4],
        *undone,
        *_steps(steps, end, before, record),
        origin(record, end, named=code(record.request.command) not in text),
    ]


def interrupted(
    record: OperationRecord,
    steps: Sequence[Step],
    command: Command | None,
    before: Before = NOTHING,
) -> tuple[str, list[Block]]:
    """The process that ran it ended: what is known, and the next step as a button."""
    request = record.request
    who = "the terminal" if record.owner.startswith("terminal") else "the bot"
    text = (
        f":warning: Interrupted: {who} stopped while {code(request.command)} ran on "
        f"{escape(request.target)}."
    )
    finished = [*before, *(step.name for step in steps if step.finished_at is not None)]
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


def cut_off(
    record: OperationRecord, steps: Sequence[Step], before: Before = NOTHING
) -> tuple[str, list[Block]]:
    """What showed the progress of an interrupted one: where it stood, and nothing to press."""
    end = record.ended_at or record.requested_at
    text = (
        f":warning: {code(record.request.command)} on {escape(record.request.target)} got this "
        "far; what to do now is in the message below."
    )
    return text, [section(text), *_steps(steps, end, before, record), origin(record, end)]


def final_reply(
    record: OperationRecord,
    steps: Sequence[Step],
    command: Command | None,
    before: Before = NOTHING,
) -> Reply:
    """The same end, for somebody who waited for it."""
    text, blocks = result(record, steps, command, before)
    good = record.state is State.SUCCEEDED
    code_of = int((record.result or {}).get("exit_code", 0 if good else 1))
    return Reply(text, blocks, outcome=record.state.value, exit_code=code_of)


def origin(record: OperationRecord, now: datetime, *, named: bool = False) -> Block:
    """Id, who asked, who let it run, why, how long; `named`: which command on what, too."""
    request = record.request
    asked = mention(request.person_id, request.person_name)
    what = f": {code(request.command)} on {escape(request.target)}" if named else ""
    parts = [f"Operation {code(record.id)}{what}, asked by {asked}"]
    if request.risk == Risk.DANGEROUS and record.decider_id and not record.glass:
        parts.append(f"approved by {mention(record.decider_id, record.decider_name)}")
    if named and record.state is State.CANCELLED and record.canceller:
        parts.append(f"cancelled by {canceller(record)}")
    if record.started_at:
        parts.append(
            f"took {elapsed(now - record.started_at)}"
            if record.state.final
            else f"running for {elapsed(now - record.started_at)}"
        )
    why = f" Why: {spoken(clip(request.reason, 300))}" if request.reason else ""
    return context(f"{', '.join(parts)}.{why}")


def _so_far(steps: Sequence[Step], before: Before) -> str:
    """What was done before it ended early, and what was not."""
    done = len(before) + sum(step.finished_at is not None for step in steps)
    begun = next((step.name for step in reversed(steps) if step.finished_at is None), "")
    count = "1 step" if done == 1 else f"{done} steps"
    text = (
        f"*{count} finished* and {'stays' if done == 1 else 'stay'} done."
        if done
        else "*No step finished.*"
    )
    if begun:
        text += f" *{escape(begun)}* had begun and did not finish."
    return f"{text} Nothing after that was begun."


def _steps(
    steps: Sequence[Step], now: datetime, before: Before, record: OperationRecord
) -> list[Block]:
    """Numbered on from what the operations before this one had done."""
    lines, first = [], len(before) + 1
    most = STEPS_OF_SUCCESS if record.state is State.SUCCEEDED else STEPS_SHOWN
    hidden = max(0, len(steps) - most)
    if before:
        lines.append(f":fast_forward: {len(before)} done before, in {code(record.resumes)}")
    if hidden:
        lines.append(f"{hidden} earlier steps are done")
    for number, step in enumerate(steps[hidden:], first + hidden):
        if step.finished_at is not None:
            took = elapsed(step.finished_at - step.started_at)
            lines.append(f":white_check_mark: {number}. {escape(step.name)}, done in {took}")
        else:
            so_far = elapsed(now - step.started_at)
            end = f"not finished after {so_far}" if record.state.final else f"{so_far} so far"
            lines.append(f":small_blue_diamond: {number}. {escape(step.name)}, {end}")
    return [section("\n".join(lines))] if lines else []
