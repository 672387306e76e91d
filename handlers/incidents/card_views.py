"""The card of an incident, and the messages about it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    command_button,
    context,
    date,
    escape,
    fields,
    form_button,
    mention,
    section,
)
from bot.command import Block
from bot.phrases import span
from handlers.incidents.naming import shown_title
from handlers.incidents.words import (
    SEVERITY_MEANINGS,
    STATUS_MEANINGS,
    IncidentRole,
    RoomState,
    marked,
    sign,
)

if TYPE_CHECKING:
    from bot.store.incidents_rows import Holder, IncidentRecord
    from handlers.incidents.result import Summary

_TAKEN = (IncidentRole.COMMANDER, IncidentRole.COMMUNICATIONS, IncidentRole.SCRIBE)


def first_line(record: IncidentRecord) -> str:
    """`SEV1 outage INC-12: Checkout fails, investigating` with its sign."""
    # It is shown bold: an asterisk of the title would end that in the middle.
    title = escape(clip(record.title, 150).replace("*", "\u2217"))
    return (
        f"{sign(record)} {marked(record)}{record.severity} {record.kind} {record.id}: "
        f"{title}, {record.status}"
    )


def card(summary: Summary) -> tuple[str, list[Block]]:
    """Text and blocks of the pinned card."""
    record = summary.record
    text = first_line(record)
    people = [f"{role.value}: {_held(summary, role)}" for role in _TAKEN]
    facts = [
        f"*Status*\n{record.status}: {STATUS_MEANINGS[record.status]}",
        f"*Severity*\n{record.severity}: {SEVERITY_MEANINGS[record.severity]}",
        "\n".join(("*People*", *people, f"responders: {_responders(summary)}")),
        f"*Clocks*\nnext update: {_next_update(summary)}\nescalation: {_escalation(summary)}",
    ]
    blocks: list[Block] = [section(f"*{text}*"), fields(*facts)]
    if record.updated_text and record.updated_at:
        told = escape(clip(record.updated_text, 900))
        blocks.append(section(f"*Last update*, {date(record.updated_at)}\n{told}"))
    blocks.append(context(*_small(summary)))
    blocks += _buttons(summary)
    return text, blocks


def announcement(summary: Summary) -> tuple[str, list[Block]]:
    """What the operations channel is told; kept current as the card is."""
    record = summary.record
    text = first_line(record)
    where = _where(record)
    lines = [f"*{text}*", f"{where} Commander: {_held(summary, IncidentRole.COMMANDER)}."]
    blocks: list[Block] = [section("\n".join(lines))]
    buttons = [command_button("Catch me up", f"incident catchup {record.id}")]
    if not record.over:
        buttons.insert(0, command_button("Join", f"incident join {record.id}", style="primary"))
    blocks.append(actions(*buttons))
    return text, blocks


def topic(record: IncidentRecord) -> str:
    """At most 250 characters of a channel's topic."""
    state = "over" if record.over else record.status.value
    # A topic knows no escapes: what looks like a mention would become one.
    title = record.title.translate({ord("<"): "\u2039", ord(">"): "\u203a"})
    return clip(
        f"{marked(record)}{record.severity} {record.kind} {record.id}, {state}: {title} | "
        "the pinned card is current, pin a message with the pushpin to keep it",
        250,
    )


def plain_message(text: str, *buttons: Block) -> tuple[str, list[Block]]:
    blocks: list[Block] = [section(text)]
    if buttons:
        blocks.append(actions(*buttons))
    return text, blocks


def _where(record: IncidentRecord) -> str:
    if record.room is RoomState.MADE:
        return f"In <#{record.channel}>."
    if record.room is RoomState.WANTED:
        return "Its channel is being made."
    if record.room is RoomState.ARCHIVED:
        return "Its channel was archived."
    return f"It has no channel of its own ({escape(record.room_problem)}): it is worked on here."


def _held(summary: Summary, role: IncidentRole) -> str:
    held = next((each for each in summary.people if each.role is role), None)
    return mention(held.person_id, held.person_name) if held else "_nobody yet_"


def _responders(summary: Summary) -> str:
    found: list[Holder] = [each for each in summary.people if each.role is IncidentRole.RESPONDER]
    shown = " ".join(mention(each.person_id, each.person_name) for each in found[:20])
    more = f" and {len(found) - 20} more" if len(found) > 20 else ""
    return f"{shown}{more}" if shown else "_nobody yet_"


def _next_update(summary: Summary) -> str:
    due = summary.record.update_due
    if due is None:
        return "none is owed"
    late = f", {span(summary.now - due)} late" if due < summary.now else ""
    return f"{date(due, '{time}')}{late}"


def _escalation(summary: Summary) -> str:
    record = summary.record
    if record.acknowledged_at:
        who = mention(record.acknowledged_by_id, record.acknowledged_by_name)
        return f"acknowledged by {who} {date(record.acknowledged_at, '{time}')}"
    if record.escalation_next is None:
        return "stopped" if record.over else "none for this severity"
    if not summary.next_level:
        return f"every level was called; nobody has answered by {date(record.escalation_next)}"
    at = date(record.escalation_next, "{time}")
    if not summary.next_named:
        return f"{escape(summary.next_level)} is next at {at}, but nobody is named"
    return f"{escape(summary.next_level)} is called {at}"


def _small(summary: Summary) -> list[str]:
    record = summary.record
    by = mention(record.declared_by_id, record.declared_by_name)
    open_tasks = sum(not task.done for task in summary.tasks)
    lines = [f"Declared by {by} {date(record.declared_at)}"]
    if record.began_at < record.declared_at:
        lines.insert(0, f"Began {date(record.began_at)}")
    if record.affected:
        lines.append(f"Affected: {escape(clip(record.affected, 200))}")
    lines.append(f"{open_tasks} open {'task' if open_tasks == 1 else 'tasks'}")
    lines.append(f"{summary.entries:,} timeline {'entry' if summary.entries == 1 else 'entries'}")
    if record.private:
        lines.append("Private: only people in here know of it")
    if record.drill:
        lines.append("Drill: nothing is wrong")
    return lines


def _buttons(summary: Summary) -> list[Block]:
    record = summary.record
    line = record.id
    if record.over:
        close = [command_button("Close", f"incident status closed {line}", style="primary")]
        again = command_button("Open it again", f"incident status investigating {line}")
        timeline = command_button("Timeline", f"incident timeline {line}")
        return [actions(*(close if record.status != "closed" else []), again, timeline)]
    held = {each.role for each in summary.people}
    first = []
    if record.acknowledged_at is None and record.escalation_next is not None:
        first.append(command_button("Acknowledge", f"incident acknowledge {line}", style="primary"))
    first += [
        command_button(f"Take {role}", f"incident take {role} {line}")
        for role in _TAKEN
        if role not in held
    ]
    first.append(command_button("Join", f"incident join {line}"))
    second = [
        form_button("Post an update", "incident_update", incident=line, style="primary"),
        form_button("Status", "incident_status", incident=line),
        form_button("Severity", "incident_severity", incident=line),
        form_button("Add note", "incident_note", incident=line),
        command_button("Diagnose", "diagnose auto"),
        command_button("Tasks", f"incident tasks {line}"),
        command_button("Catch me up", f"incident catchup {line}"),
    ]
    if summary.rollback:
        second.append(command_button("Roll back …", summary.rollback, style="danger"))
    rows = [actions(*first), actions(*second)]
    if summary.playbook:
        name, title = summary.playbook
        start = command_button(
            clip(f"Start playbook {title}", 75), f"playbook start {name} --incident {line}"
        )
        rows.append(actions(start))
    return rows


def said_title(record: IncidentRecord) -> str:
    """For a place where people outside of a private incident read."""
    return escape(clip(shown_title(record), 150))
