"""A run in full, answers to presses, and lists of runs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    form_button,
    mention,
    section,
)
from bot.command import Block, Reply
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.phrases import plural
from handlers.playbooks.card_views import (
    clock_words,
    line_sections,
    progress_words,
    window_words,
)
from handlers.playbooks.list_views import run_line
from handlers.playbooks.step_views import STEP_FORM, step_line

if TYPE_CHECKING:
    from bot.playbooks.progress import RunView, StepView
    from handlers.playbooks.result import Status

_ROOM = MESSAGE_BLOCKS_CHARACTERS - 2_500


def status_reply(status: Status) -> Reply:
    """All steps of a run, phase by phase, its clocks and its latest history."""
    seen, run = status.view, status.view.run
    drill = "DRILL · " if run.drill else ""
    sign = ":red_circle:" if seen.late and run.state.value == "active" else ":clipboard:"
    text = f"{sign} {drill}{escape(run.title)} {code(run.id)}: {progress_words(seen)}"
    text += "." if run.state.value == "active" else f", {run.state.value}."
    began = f"Started {date(run.started_at)} by {mention(run.person_id, run.person_name)}"
    incident = f" for {code(run.incident)}" if run.incident else ""
    blocks: list[Block] = [section(f"*{text}*"), context(f"{began}{incident}.")]
    if told := clock_words(seen):
        blocks.append(context(told))
    room = _ROOM
    for phase in seen.phases:
        head = f"*{phase.number}. {escape(phase.phase.title)}*"
        window = window_words(seen, phase)
        lines = [f"{head} · {window}" if window else head, *map(step_line, phase.steps)]
        parts, room = line_sections(lines, room)
        blocks += parts
        if room < 0:
            blocks.append(context("More on the cards of the later phases."))
            break
    buttons: list[Block] = []
    if run.state.value == "active":
        buttons.append(form_button("Act on a step…", STEP_FORM, run=run.id))
        if status.changes is not None:
            count = plural(status.changes.count, "changed step")
            buttons.append(command_button(f"Switch ({count})", f"playbook switch {run.id}"))
    if buttons:
        blocks.append(actions(*buttons))
    recent = [
        f"{date(entry.at, '{time}')} {mention(entry.person_id, entry.person_name)}: "
        f"{escape(clip(entry.text, 120))}"
        for entry in status.history[-5:]
    ]
    if room > 700 and recent:
        blocks.append(context("\n".join(recent)))
    return Reply(text, blocks, data=run_data(seen, status))


def runs_reply(views: tuple[RunView, ...], *, active: bool) -> Reply:
    """Several runs as a list."""
    which = "running" if active else "newest runs"
    text = f":clipboard: {plural(len(views), 'playbook')} {which}."
    if not views:
        text = ":information_source: No playbook runs: `/pitchey playbook list` shows them."
    blocks: list[Block] = [section(f"*{text}*")]
    for seen in views[:20]:
        show = command_button("All steps", f"playbook status {seen.run.id}")
        blocks.append(section(run_line(seen), accessory=show))
    return Reply(text, blocks, data=[run_data(seen) for seen in views])


def acted_reply(seen: RunView, step: StepView, *, taken: bool = False) -> Reply:
    """What a press did, for whoever pressed; the card shows it to everybody."""
    word = {"ready": "open again", "waiting": "open again"}.get(
        step.standing.value, step.standing.value
    )
    sign = ":fast_forward:" if step.standing.value == "skipped" else ":white_check_mark:"
    text = f"{sign} {step.number} {escape(step.step.title)}, {word}."
    if taken:
        by = mention(step.record.assignee_id, step.record.assignee_name)
        text = f":white_check_mark: {step.number} {escape(step.step.title)}, taken by {by}."
    elif step.standing.value == "running":
        text = f":hourglass_flowing_sand: {step.number} {escape(step.step.title)}, started."
    elif step.standing.value in ("ready", "failed") and step.record.result:
        text = f":warning: {step.number} {escape(step.step.title)}, {escape(step.record.result)}"
    following = [one for one in seen.next_steps if one.number != step.number][:1]
    then = [f"Next: {one.number} {escape(one.step.title)}." for one in following]
    if seen.complete:
        then = ["All steps are done."]
    told = f"{progress_words(seen)}. {' '.join(then)}".strip()
    return Reply(text, [section(f"*{text}*"), context(told)], data=run_data(seen), private=True)


def taken_reply(seen: RunView, message: str, hint: str) -> Reply:
    """Somebody was quicker: nothing changed, and who it was."""
    text = f":information_source: {escape(message)}"
    blocks = [section(f"*{text}*"), context(f"{escape(hint)} {progress_words(seen)}.".strip())]
    return Reply(text, blocks, data=run_data(seen), private=True, outcome="rejected", exit_code=1)


def told_reply(text: str, note: str = "", run: str = "") -> Reply:
    """A short answer with a way to look at the run."""
    blocks: list[Block] = [section(f"*{text}*")]
    if note:
        blocks.append(context(note))
    if run:
        blocks.append(actions(command_button("All steps", f"playbook status {run}")))
    return Reply(text, blocks, private=True, data={"run": run, "message": text})


def run_data(seen: RunView, status: Status | None = None) -> dict[str, Any]:
    """A run for `--json`."""
    run, clock = seen.run, seen.clock
    data: dict[str, Any] = {
        "run": run.id,
        "playbook": run.playbook,
        "version": run.version,
        "incident": run.incident,
        "drill": run.drill,
        "state": run.state.value,
        "started_at": run.started_at.isoformat(),
        "discovered_at": run.discovered_at.isoformat(),
        "handled": seen.handled,
        "total": seen.total,
        "late": seen.late,
        "choices": dict(run.choices),
        "legal_clock_ends_at": clock.ends_at.isoformat() if clock else None,
        "steps": [
            {
                "number": step.number,
                "id": step.step.id,
                "title": step.step.title,
                "state": step.standing.value,
                "late": step.late,
                "by": step.record.actor_name,
                "at": step.record.at.isoformat() if step.record.at else None,
                "note": step.record.note,
                "result": step.record.result,
                "assignee": step.record.assignee_name,
                "operation": step.record.operation,
            }
            for step in seen.steps
        ],
    }
    if status is not None:
        data["history"] = [
            {"at": one.at.isoformat(), "kind": one.kind, "by": one.person_name, "text": one.text}
            for one in status.history
        ]
    return data
