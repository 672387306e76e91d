"""What a run says by itself: a reminder, a lapse, a call for help, a newer version. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block
from bot.phrases import plural
from handlers.playbooks.wording import rough, span

if TYPE_CHECKING:
    from bot.escalation import Call
    from bot.playbooks.changes import Changes
    from bot.playbooks.progress import RunView, StepView
    from bot.playbooks.records import Alarm

_SHOWN = 8


def alarm_message(seen: RunView, alarm: Alarm, *, late: bool) -> tuple[str, list[Block]]:
    """A reminder or a lapse of a window or of the legal clock."""
    sign = ":rotating_light:" if alarm.kind == "lapse" else ":alarm_clock:"
    text = f"{sign} {_drill(seen)}{_about(seen, alarm)}"
    open_ones = _open(seen, alarm)
    lines = [f"{step.number} {escape(step.step.title)} ({_who(step)})" for step in open_ones]
    blocks: list[Block] = [section(f"*{text}*")]
    if lines:
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        blocks.append(section("Still open:\n" + "\n".join([*lines[:_SHOWN], *more])))
    blocks.append(actions(command_button("All steps", f"playbook status {seen.run.id}")))
    notes = [f"Playbook {code(seen.run.id)}."]
    if late:
        notes.append(f"Told late: it was due {date(alarm.due_at)}, when the bot did not run.")
    blocks.append(context(" ".join(notes)))
    return text, blocks


def alarm_words(seen: RunView, alarm: Alarm) -> str:
    """The same for the history, in plain words."""
    if alarm.subject == "legal" and seen.clock is not None:
        left = seen.clock.left(seen.now)
        if left.total_seconds() <= 0:
            return f"{seen.clock.title}: the time limit has lapsed."
        passed = span(seen.clock.passed(seen.now))
        return f"{seen.clock.title}: T+{passed}, {span(left)} left."
    phase = next(one for one in seen.phases if one.phase.id == alarm.subject)
    done = f"{phase.handled} of {len(phase.counted)} steps"
    if alarm.kind == "lapse":
        return f"The window of {phase.phase.title} has ended with {done} done."
    left = phase.ends_at - seen.now if phase.ends_at else seen.now - seen.now
    return f"{phase.phase.title}: {done} done, {span(left)} left."


def call_message(
    seen: RunView, call: Call, steps: tuple[StepView, ...], mentions: str
) -> tuple[str, list[Block]]:
    """Somebody of the next level is wanted for critical steps."""
    what = plural(len(steps), "critical step")
    if call.level is None:
        text = f":rotating_light: {escape(seen.run.title)}: every level was called for {what}."
        who = "Nobody has answered."
    else:
        level = f"{escape(call.level.level)} {escape(call.level.contact)}"
        text = f":rotating_light: {escape(seen.run.title)}: {level} is wanted for {what}."
        who = mentions or f"{level}: nobody is named in [oncall] of pitchey.toml."
    lines = [
        f"{step.number} {escape(step.step.title)}, {'late' if step.late else 'nobody has it'}"
        for step in steps[:_SHOWN]
    ]
    take = [
        command_button(
            clip(f"Take {step.number}", 75), f"playbook step {seen.run.id} {step.step.id} assign"
        )
        for step in steps[:3]
    ]
    late = ""
    if call.is_late:
        late = f" Told late: it was due {date(call.due_at)}, when the bot did not run."
    return text, [
        section(f"*{text}*"),
        section("\n".join([who, *lines])),
        actions(*take, command_button("All steps", f"playbook status {seen.run.id}")),
        context(f"Taking a step stops the call for it. Playbook {code(seen.run.id)}.{late}"),
    ]


def call_words(call: Call, steps: tuple[StepView, ...]) -> str:
    names = ", ".join(f"{step.number} {step.step.title}" for step in steps)
    if call.level is None:
        return f"Every level was called, nobody answered: {names}."
    return f"{call.level.level} {call.level.contact} was called for {names}."


def offer_message(seen: RunView, found: Changes) -> tuple[str, list[Block]]:
    """The playbook was edited while it runs."""
    count = plural(found.count, "step")
    text = (
        f":scroll: {_drill(seen)}The playbook {escape(seen.run.title)} has changed: "
        f"{count}; switch?"
    )
    lines = [
        f"{word}: {', '.join(map(escape, titles[:_SHOWN]))}"
        for word, titles in (
            ("Added", found.added), ("Removed", found.removed), ("Changed", found.changed),
        )
        if titles
    ]  # fmt: skip
    if found.rest:
        lines.append("Its windows, order or description changed.")
    run = seen.run.id
    return text, [
        section(f"*{text}*"),
        section("\n".join(lines)),
        actions(command_button("Switch to the new version", f"playbook switch {run}")),
        context(f"{code(run)} goes on as it was started until somebody switches it."),
    ]


def _about(seen: RunView, alarm: Alarm) -> str:
    title = escape(seen.run.title)
    if alarm.subject == "legal" and seen.clock is not None:
        left, limit = seen.clock.left(seen.now), escape(seen.clock.title)
        if left.total_seconds() <= 0:
            return f"{title}: {limit} has lapsed. It was due {date(seen.clock.ends_at)}."
        passed = span(rough(seen.clock.passed(seen.now)))
        return f"{title}: {limit}, T+{passed}, {span(rough(left))} left."
    phase = next(one for one in seen.phases if one.phase.id == alarm.subject)
    done = f"{phase.handled} of {len(phase.counted)}"
    name = escape(phase.phase.title)
    if alarm.kind == "lapse" or phase.ends_at is None:
        return f"{title}: the window of {name} has ended, {done} done."
    return f"{title}: {span(rough(phase.ends_at - seen.now))} left for {name}, {done} done."


def _open(seen: RunView, alarm: Alarm) -> list[StepView]:
    if alarm.subject == "legal":
        limit = seen.playbook.legal_clock
        return [step for step in seen.steps if limit and step.step.id == limit.stopped_by]
    phase = next(one for one in seen.phases if one.phase.id == alarm.subject)
    return [step for step in phase.counted if not step.standing.resolved]


def _who(step: StepView) -> str:
    name = step.record.assignee_name
    return escape(f"{name}, {step.step.owner}" if name else step.step.owner)


def _drill(seen: RunView) -> str:
    return "DRILL · " if seen.run.drill else ""
