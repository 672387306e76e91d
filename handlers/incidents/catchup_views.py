"""What a person who comes late, or takes over, has to know: from the record, no guess. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, command_button, context, date, escape, mention, section
from bot.command import Block, Reply
from bot.phrases import span
from handlers.incidents.card_views import first_line
from handlers.incidents.words import STATUS_MEANINGS

if TYPE_CHECKING:
    from bot.store.timeline import TimelineEntry
    from handlers.incidents.result import Detail

_DOING = ("change", "deployment", "command", "playbook")
_SHOWN = 8


def catchup_reply(detail: Detail) -> Reply:
    """The answer of `incident catchup`."""
    summary, record = detail.summary, detail.summary.record
    text = first_line(record)
    ended = detail.durations.resolved
    lasts = span(ended) if ended is not None else f"{span(summary.now - record.began_at)} so far"
    facts = [
        f"*Began* {date(record.began_at)}, {lasts}",
        f"*Now* {record.status}: {STATUS_MEANINGS[record.status]}",
        f"*People* {_people(detail)}",
    ]
    if record.affected:
        facts.insert(1, f"*Affected* {escape(clip(record.affected, 300))}")
    blocks: list[Block] = [section(f"*{text}*"), section("\n".join(facts))]
    if record.updated_text and record.updated_at:
        told = escape(clip(record.updated_text, 1_500))
        blocks.append(section(f"*Last update*, {date(record.updated_at)}\n>{told}"))
    else:
        blocks.append(section("*Last update*\nNone was posted yet."))
    blocks.append(section(f"*Open tasks*\n{_tasks(detail)}"))
    if links := _links(detail):
        blocks.append(section(f"*About*\n{links}"))
    newest = "\n".join(entry_line(each) for each in detail.newest)
    blocks.append(section(f"*The newest of {summary.entries:,} entries*\n{clip(newest, 2_800)}"))
    blocks.append(context("Everything here is from the record; nothing is guessed."))
    join = [] if record.over else [command_button("Join", f"incident join {record.id}")]
    blocks.append(
        actions(*join, command_button("Whole timeline", f"incident timeline {record.id}"))
    )
    return Reply(text, blocks, data=catchup_data(detail))


def handover_words(detail: Detail) -> str:
    """What the next commander takes over, in a few lines."""
    record, summary = detail.summary.record, detail.summary
    due = f"{date(record.update_due, '{time}')}" if record.update_due else "none owed"
    last = escape(clip(record.updated_text, 400)) if record.updated_text else "none yet"
    return (
        f"*Handover* {record.severity}, {record.status}, for "
        f"{span(summary.now - record.began_at)}. Next update: {due}. Last update: {last}\n"
        f"*Open tasks*\n{_tasks(detail)}\n"
        f"*Newest*\n{clip(chr(10).join(entry_line(each) for each in detail.newest[-4:]), 1_200)}"
    )


def entry_line(entry: TimelineEntry, most: int = 220) -> str:
    """Time, who, what kind, and the first words."""
    text = escape(clip(" ".join(entry.text.split()), most))
    who = mention(entry.actor_id, entry.actor_name)
    return f"{date(entry.happened_at, '{time}')} {entry.kind}, {who}: {text}"


def catchup_data(detail: Detail) -> dict[str, object]:
    record = detail.summary.record
    return {
        "id": record.id,
        "title": record.title,
        "severity": record.severity,
        "kind": record.kind.value,
        "status": record.status.value,
        "drill": record.drill,
        "affected": record.affected,
        "began_at": record.began_at.isoformat(),
        "declared_at": record.declared_at.isoformat(),
        "last_update": record.updated_text,
        "people": {
            f"{each.role}:{each.person_id}": each.person_name for each in detail.summary.people
        },
        "open_tasks": [task.text for task in detail.summary.tasks if not task.done],
        "seconds": {
            name: None if length is None else length.total_seconds()
            for name, length in (
                ("detected", detail.durations.detected),
                ("acknowledged", detail.durations.acknowledged),
                ("mitigated", detail.durations.mitigated),
                ("resolved", detail.durations.resolved),
            )
        },
    }


def _people(detail: Detail) -> str:
    found = [
        f"{each.role} {mention(each.person_id, each.person_name)}"
        for each in detail.summary.people[:12]
    ]
    return ", ".join(found) or "nobody has a role yet"


def _tasks(detail: Detail) -> str:
    lines = []
    for task in [each for each in detail.summary.tasks if not each.done][:_SHOWN]:
        due = f", due {date(task.due_at, '{time}')}" if task.due_at else ""
        late = " (late)" if task.due_at and task.due_at < detail.summary.now else ""
        owner = mention(task.owner_id, task.owner_name)
        lines.append(f"{task.number}. {escape(clip(task.text, 200))}, {owner}{due}{late}")
    return "\n".join(lines) or "None."


def _links(detail: Detail) -> str:
    lines = []
    for link in detail.summary.links:
        if link.kind == "url":
            lines.append(f"<{link.reference}|{escape(clip(link.label or link.reference, 100))}>")
        elif link.kind in ("alert", "deployment"):
            lines.append(f"{link.kind} {escape(link.reference)}: {escape(clip(link.label, 100))}")
    return "\n".join(lines[:_SHOWN])
