"""The card of a phase: what is done and by whom, what is next, what is late. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    form_button,
    section,
)
from bot.command import Block
from handlers.playbooks.wording import SIGNS, mention, rough, span

if TYPE_CHECKING:
    from bot.playbooks.progress import PhaseView, RunView, StepView

STEP_FORM = "playbook_step"
NEXT_SHOWN = 2  # steps with buttons of their own; the others are behind one button
_LINE_MOST = 260
_DO_MOST = 400  # characters of what to do on a card; its window shows all
_LINES_ROOM = 4_500  # characters of a card's steps; a message takes 10,000 in all
_SECTION_ROOM = 2_800


def phase_card(seen: RunView, phase: PhaseView, word: str) -> tuple[str, list[Block]]:
    """The card's first line, which is its notification too, and its blocks."""
    run = seen.run
    text = f"{_sign(seen, phase)} {headline(seen, phase)}"
    blocks: list[Block] = [section(f"*{text}*")]
    if told := _clocks(seen, phase):
        blocks.append(context(*told))
    lines, _ = line_sections([step_line(step) for step in phase.steps], _LINES_ROOM)
    blocks += lines
    if run.state.value != "active":
        blocks.append(context(_ended(seen)))
    elif phase.complete:
        blocks.append(actions(_all_steps(run.id)))
    else:
        for name in seen.playbook.choices:
            blocks += _choice(seen, phase, name)
        ready = sorted((step for step in phase.steps if step.open), key=lambda one: not one.late)
        most = NEXT_SHOWN if phase.number == seen.current.number else 1
        for place, step in enumerate(ready[:most]):
            blocks += next_step(run.id, step, word, first=place == 0)
        blocks.append(actions(_all_steps(run.id), _more(run.id)))
    owner = escape(seen.playbook.owner)
    reviewed = seen.playbook.reviewed.isoformat()
    blocks.append(
        context(f"{code(run.id)} version {code(run.version)}, reviewed {reviewed} by {owner}.")
    )
    return text, blocks


def line_sections(lines: list[str], room: int) -> tuple[list[Block], int]:
    """The lines in as few sections as Slack takes, and the room that is left of it."""
    parts: list[list[str]] = [[]]
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            parts[-1].append(f"and {len(lines) - number} more: press All steps, or look at --json")
            break
        if sum(len(one) + 1 for one in parts[-1]) + len(line) > _SECTION_ROOM:
            parts.append([])
        parts[-1].append(line)
    return [section("\n".join(part)) for part in parts if part], room


def headline(seen: RunView, phase: PhaseView) -> str:
    """`Data breach response, phase 1 of 5, Immediate Actions: 2 of 4, 1 late.`"""
    late = f", {phase.late} late" if phase.late else ""
    drill = "DRILL · " if seen.run.drill else ""
    return (
        f"{drill}{escape(seen.run.title)}, phase {phase.number} of {len(seen.phases)}, "
        f"{escape(phase.phase.title)}: {phase.handled} of {len(phase.counted)}{late}"
    )


def progress_words(seen: RunView) -> str:
    """`7 of 23, 1 late`."""
    return f"{seen.handled} of {seen.total}" + (f", {seen.late} late" if seen.late else "")


def clock_words(seen: RunView) -> str:
    """The legal clock: `T+31 h, 41 h left`, since when and until when."""
    clock = seen.clock
    if clock is None:
        return ""
    both = f"from {date(clock.started_at)} to {date(clock.ends_at)}"
    title = escape(clock.title)
    if clock.stopped_at is not None:
        by = f" by {escape(clock.stopped_by)}" if clock.stopped_by else ""
        late = " *after the time limit*" if clock.stopped_at > clock.ends_at else ""
        took = span(clock.stopped_at - clock.started_at)
        return f":scales: {title}: ended{by} at {date(clock.stopped_at)}{late}, T+{took} ({both})"
    passed, left = clock.passed(seen.now), clock.left(seen.now)
    if left.total_seconds() <= 0:
        return f":rotating_light: {title}: *lapsed {span(rough(-left))} ago* ({both})"
    return f":scales: {title}: *T+{span(rough(passed))}, {span(rough(left))} left* ({both})"


def window_words(seen: RunView, phase: PhaseView) -> str:
    """When the phase's window ends, and how much of it is left."""
    if phase.ends_at is None:
        return f"From {date(phase.begins_at)}, no time limit" if phase.phase.begins else ""
    if phase.complete:
        return f"Window until {date(phase.ends_at)}"
    left = phase.ends_at - seen.now
    if left.total_seconds() <= 0:
        return f":red_circle: *Late*: the window ended {date(phase.ends_at)}"
    if phase.begins_at > seen.now:
        return f"Window from {date(phase.begins_at)} to {date(phase.ends_at)}"
    return f"Window until {date(phase.ends_at)}, {span(rough(left))} left"


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


def _choice(seen: RunView, phase: PhaseView, name: str) -> list[Block]:
    """Buttons to say what was found out: where steps depend on it, and in the phase before."""
    wanted = {
        one.number
        for one in seen.phases
        for step in one.steps
        if (step.step.when or "").startswith(f"{name} is") and step.record.state.value == "open"
    }
    if not {phase.number, phase.number + 1} & wanted:
        return []
    choice = seen.playbook.choices[name]
    chosen = seen.run.choices.get(name) or choice.default
    buttons = [
        command_button(f"{name.capitalize()}: {one}", f"playbook choose {seen.run.id} {name} {one}")
        for one in choice.choices
        if one != chosen
    ]
    return [section(f"{escape(choice.title)}: *{escape(chosen)}*"), actions(*buttons)]


def _all_steps(run: str) -> Block:
    return command_button("All steps", f"playbook status {run}")


def _more(run: str) -> Block:
    return form_button("Another step…", STEP_FORM, run=run)


def _sign(seen: RunView, phase: PhaseView) -> str:
    if phase.complete:
        return ":white_check_mark:"
    if seen.run.state.value != "active":
        return ":no_entry_sign:"
    return ":red_circle:" if phase.late else ":clipboard:"


def _clocks(seen: RunView, phase: PhaseView) -> list[str]:
    told = [window_words(seen, phase)]
    if phase.number == seen.current.number or not phase.complete:
        told.append(clock_words(seen))
        told.append(f"The whole playbook: {progress_words(seen)}")
    return [one for one in told if one]


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


def _ended(seen: RunView) -> str:
    run = seen.run
    at = f" {date(run.ended_at)}" if run.ended_at else ""
    return f"{code(run.id)} {run.state.value}{at}."
