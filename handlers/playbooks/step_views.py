"""A step on a card and in a status: its line, and the buttons to go on with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    date,
    escape,
    form_button,
    mention,
    section,
)
from bot.command import Block
from handlers.playbooks.wording import SIGNS

if TYPE_CHECKING:
    from bot.playbooks.progress import StepView

STEP_FORM = "playbook_step"
ALSO_SHOWN = 8  # further steps with one button each; "Another step…" has all
_LINE_MOST = 260
_DO_MOST = 400  # characters of what to do on a card; its window shows all
_LABEL_MOST = 40


def step_line(step: StepView) -> str:
    """One step as one line: state in a sign and in words, who, when, and the note."""
    record, standing = step.record, step.standing.value
    title = f"*{step.number}* {escape(step.step.title)}"
    who = mention(record.actor_id, record.actor_name)
    at = f" {date(record.at)}" if record.at else ""
    took = f" (took {record.duration_ms / 1000:.1f} s)" if record.duration_ms is not None else ""
    match standing:
        case "done":
            told = f"done by {who}{at}{_result(step, took)}{_note(step)}"
        case "skipped":
            told = f"skipped by {who}{at}{_note(step)}"
        case "failed":
            told = f"*failed*, {who}{at}{_result(step, took)}{_note(step)}"
        case "running":
            told = _running(step, who, at)
        case "waiting":
            told = f"after {escape(', '.join(one.split(' ')[0] for one in step.waits_for))}"
        case "undecided" | "not needed":
            told = f"only when {escape(step.step.when or '')}"
        case _:
            told = f"{_owner(step)}{_result(step, took)}{_note(step)}"
    late = ":red_circle: *LATE* " if step.late else ""
    critical = " · critical" if step.step.critical and not step.standing.resolved else ""
    return clip(f"{late}{SIGNS[standing]} {title} · {told}{critical}", _LINE_MOST)


def next_step(run: str, step: StepView, word: str, *, first: bool) -> list[Block]:
    """A step that can be done now: what to do, and its buttons; all of them for the first one."""
    wanted = step.step
    lines = [f"*Next: {step.number} {escape(wanted.title)}* ({_owner(step)})"]
    if wanted.do:
        lines.append(escape(clip(wanted.do, _DO_MOST)))
    if wanted.line and step.automatic:
        lines.append(f"Run does {code(f'{word} {wanted.line}')}")
    elif wanted.requires:
        lines.append(f"Needs {code(wanted.requires)}, done by hand meanwhile.")
    if wanted.evidence:
        lines.append(f"Evidence: {escape(wanted.evidence)}.")
    elif wanted.note == "required":
        lines.append("Needs a note.")
    return [section("\n".join(lines)), actions(*_buttons(run, step, first=first))]


def also_due(run: str, steps: Sequence[StepView]) -> list[Block]:
    """Every further step that can be done now, with one button each that opens its window."""
    if not steps:
        return []
    shown = steps[:ALSO_SHOWN]
    more = f", and {len(steps) - len(shown)} more" if len(steps) > len(shown) else ""
    buttons = [
        form_button(
            f"{clip(f'{one.number} {one.step.title}', _LABEL_MOST)}…",
            STEP_FORM,
            run=run,
            step=one.step.id,
        )
        for one in shown
    ]
    return [section(f"Can be done now as well{more}:"), actions(*buttons)]


def operation_buttons(steps: Sequence[StepView]) -> list[Block]:
    """The way to what a step waits for: approve, cancel or look."""
    ids = dict.fromkeys(one.record.operation for one in steps if one.standing.value == "running")
    return [command_button(f"Look at {one}", f"operation {one}") for one in ids if one][:3]


def _buttons(run: str, step: StepView, *, first: bool) -> list[Block]:
    number, name = step.number, step.step.id
    line = f"playbook step {run} {name}"
    found: list[Block] = []
    if step.automatic:
        found.append(command_button(f"Run {number}", f"{line} run", style="primary"))
    if step.step.evidence or step.step.note == "required":
        found.append(
            form_button(
                f"Done {number}…",
                STEP_FORM,
                style="" if step.automatic else "primary",
                run=run,
                step=name,
                act="done",
            )
        )
    else:
        style = "" if step.automatic else "primary"
        found.append(command_button(f"Done {number}", f"{line} done", style=style))
    skip, assign, note = (
        form_button(f"{label} {number}…", STEP_FORM, run=run, step=name, act=act)
        for label, act in (("Skip", "skip"), ("Assign", "assign"), ("Note", "note"))
    )
    return [*found, skip, assign, note] if first else [*found, skip]


def _owner(step: StepView) -> str:
    record = step.record
    if record.assignee_id:
        return f"{mention(record.assignee_id, record.assignee_name)}, {escape(step.step.owner)}"
    return escape(step.step.owner)


def _running(step: StepView, who: str, at: str) -> str:
    record = step.record
    if record.operation:
        return f"waits for {code(record.operation)}, asked by {who}{at}"
    if record.poll_at is not None:
        so_far = f": {escape(clip(record.result, 90))}" if record.result else ""
        return f"watched since{at} for {who}{so_far}"
    return f"runs since{at} for {who}"


def _result(step: StepView, took: str) -> str:
    result = step.record.result.rstrip(".")
    return f", {escape(clip(result.rstrip('.'), 110))}{took}" if result else ""


def _note(step: StepView) -> str:
    return f": “{escape(clip(step.record.note, 90))}”" if step.record.note else ""
