"""Incidents as a list, tasks, and the part of the Home tab. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    date,
    escape,
    form_button,
    mention,
    section,
)
from bot.command import Block, Reply
from bot.phrases import span
from handlers.incidents.card_views import card, first_line
from handlers.incidents.catchup_views import catchup_data, entry_line

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord, Task
    from handlers.incidents.result import Detail

SHOWN = 12


def list_reply(records: Sequence[IncidentRecord], now: datetime, *, searched: str = "") -> Reply:
    """The answer of `incident list` and `incident search`; open ones first."""
    running = [each for each in records if not each.over]
    if searched:
        count = f"{len(records)} incidents fit" if records else "No incident fits"
        count = "1 incident fits" if len(records) == 1 else count
        text = f":mag: {count} “{escape(clip(searched, 80))}”."
    elif running:
        worst = min(each.severity for each in running)
        text = f":rotating_light: {len(running)} open, the worst is {worst}."
    else:
        text = ":white_check_mark: No incident is open."
    blocks: list[Block] = [section(f"*{text}*")]
    for record in records[:SHOWN]:
        where = f"<#{record.channel}>" if record.room == "made" else ""
        length = f"{span(now - record.declared_at)} ago"
        line = f"{first_line(record)}\n{date(record.declared_at)}, {length} {where}"
        show = command_button("Show", f"incident show {record.id}")
        blocks.append(section(line, accessory=show))
    if len(records) > SHOWN:
        blocks.append(context(f"{len(records) - SHOWN} more. Narrow it: `incident search …`."))
    # Always, for whoever is in none must not learn that there is one.
    blocks.append(context("Private incidents are shown to the people in them only."))
    blocks.append(actions(form_button("Declare incident", "declare_incident")))
    data = [
        {
            "id": each.id,
            "title": each.title,
            "severity": each.severity,
            "kind": each.kind.value,
            "status": each.status.value,
            "drill": each.drill,
            "declared_at": each.declared_at.isoformat(),
            "channel": each.channel,
        }
        for each in records
    ]
    return Reply(text, blocks, data=data)


def show_reply(detail: Detail) -> Reply:
    """The answer of `incident show`: its card, how long things took, the newest entries."""
    text, blocks = card(detail.summary)
    took = detail.durations
    lengths = [
        f"{name} after {span(length)}"
        for name, length in (
            ("detected", took.detected),
            ("acknowledged", took.acknowledged),
            ("mitigated", took.mitigated),
            ("resolved", took.resolved),
        )
        if length is not None
    ]
    newest = "\n".join(entry_line(each) for each in detail.newest)
    blocks[2:2] = [
        section(f"*From when it began*\n{', '.join(lengths)}"),
        section(f"*Newest*\n{clip(newest, 2_500)}"),
    ]
    return Reply(text, blocks, data=catchup_data(detail), private=detail.summary.record.private)


def tasks_reply(record: IncidentRecord, tasks: Sequence[Task], now: datetime) -> Reply:
    """The answer of `incident tasks`."""
    left = [task for task in tasks if not task.done]
    text = f":memo: {record.id} has {len(left)} open {'task' if len(left) == 1 else 'tasks'}"
    late = sum(1 for task in left if task.due_at is not None and task.due_at < now)
    text += f", {late} late." if late else "."
    blocks: list[Block] = [section(f"*{text}*")]
    for task in tasks[:30]:
        line = task_line(task, now)
        if task.done or record.over:
            blocks.append(section(line))
        else:
            done = command_button("Done", f"incident done {task.number} {record.id}")
            blocks.append(section(line, accessory=done))
    if not record.over:
        blocks.append(actions(form_button("Add a task", "incident_task", incident=record.id)))
    data = [
        {
            "number": task.number,
            "text": task.text,
            "owner": task.owner_name,
            "due_at": task.due_at.isoformat() if task.due_at else None,
            "done_at": task.done_at.isoformat() if task.done_at else None,
        }
        for task in tasks
    ]
    return Reply(text, blocks, data=data, private=record.private)


def task_line(task: Task, now: datetime) -> str:
    owner = mention(task.owner_id, task.owner_name)
    if task.done_at is not None:
        by = mention(task.done_by_id, task.done_by_name)
        words = f":white_check_mark: {task.number}. {escape(task.text)}"
        return f"{words}\ndone by {by} {date(task.done_at)}"
    due = ""
    if task.due_at is not None:
        late = f", {span(now - task.due_at)} late" if task.due_at < now else ""
        due = f", due {date(task.due_at)}{late}"
    return f":white_large_square: {task.number}. {escape(task.text)}\n{owner}{due}"


def home_blocks(
    records: Sequence[IncidentRecord], tasks: Sequence[tuple[str, Task]], now: datetime
) -> list[Block]:
    """Open incidents and the person's open tasks, at most ten blocks."""
    blocks: list[Block] = []
    for record in records[:3]:
        where = f" <#{record.channel}>" if record.room == "made" else ""
        button = command_button("Catch me up", f"incident catchup {record.id}")
        blocks.append(section(f"*{first_line(record)}*{where}", accessory=button))
    for incident, task in tasks[:4]:
        button = command_button("Done", f"incident done {task.number} {incident}")
        blocks.append(section(f"{incident}: {task_line(task, now)}", accessory=button))
    if not records:
        blocks.append(section(":white_check_mark: No incident is open."))
    blocks.append(
        actions(
            form_button("Declare incident", "declare_incident"),
            command_button("Incidents", "incident list"),
        )
    )
    return blocks
