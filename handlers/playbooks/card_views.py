"""The card of a phase: what is done and by whom, what is next, what is late. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, code, command_button, context, date, escape, form_button, section
from bot.command import Block
from bot.phrases import plural
from handlers.playbooks.step_views import (
    STEP_FORM,
    also_due,
    next_step,
    operation_buttons,
    step_line,
)
from handlers.playbooks.wording import rough, span

if TYPE_CHECKING:
    from bot.playbooks.progress import PhaseView, RunView, StepView

NEXT_SHOWN = 2  # steps with all their buttons; each further one has one button
LEFT_SHOWN = 5  # steps of earlier phases that somebody or something is waited for
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
        blocks += _due(seen, phase, word)
        left = _left_before(seen, phase)
        waits_for = operation_buttons([*left, *phase.steps])
        blocks.append(actions(_all_steps(run.id), _more(run.id), *waits_for))
        if left:
            blocks.append(context(_left_words(left)))
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
    """`7 of 23 steps, 1 late`."""
    steps = f"{seen.handled} of {plural(seen.total, 'step')}"
    return steps + (f", {seen.late} late" if seen.late else "")


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


def _due(seen: RunView, phase: PhaseView, word: str) -> list[Block]:
    """Every step of the phase that somebody may do now, the late ones first."""
    due = sorted((step for step in phase.steps if step.open), key=lambda one: not one.late)
    at_work = phase.number in (seen.current.number, seen.front.number)
    most = NEXT_SHOWN if at_work else 1
    blocks: list[Block] = []
    for place, step in enumerate(due[:most]):
        blocks += next_step(seen.run.id, step, word, first=place == 0)
    return blocks + also_due(seen.run.id, due[most:])


def _left_before(seen: RunView, phase: PhaseView) -> list[StepView]:
    """What earlier phases still wait for, on the card of the phase that people work on."""
    if phase.number != seen.front.number:
        return []
    earlier = (step for one in seen.phases[: phase.number - 1] for step in one.steps)
    return [step for step in earlier if step.standing.counts and not step.standing.resolved]


def _left_words(left: list[StepView]) -> str:
    more = f"\nand {len(left) - LEFT_SHOWN} more" if len(left) > LEFT_SHOWN else ""
    lines = "\n".join(step_line(step) for step in left[:LEFT_SHOWN])
    return f"Not done yet in earlier phases:\n{lines}{more}"


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


def _ended(seen: RunView) -> str:
    run = seen.run
    at = f" {date(run.ended_at)}" if run.ended_at else ""
    return f"{code(run.id)} {run.state.value}{at}."
