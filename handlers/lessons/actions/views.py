"""Action items as lists and forms. Pure."""

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
    field_input,
    form_button,
    mention,
    modal,
    option,
    section,
    select,
    text_input,
)
from bot.command import Block, Reply
from bot.phrases import plural, span
from handlers.lessons.words import ACTS, marked

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord
    from bot.store.lessons_rows import ActionItem

TEXT, OWNER, DUE, ACT = "text", "owner", "due", "act"
SHOWN = 15


def line(action: ActionItem, now: datetime) -> str:
    """One item: what, by whom, until when, and how late it is."""
    owner = mention(action.owner_id, action.owner_name) if action.owner_name else "*no owner*"
    if not action.open:
        note = f": {escape(clip(action.note, 120))}" if action.note else ""
        return f":white_check_mark: *{action.id}* {_what(action)}\n{action.state.value}{note}"
    if action.due_at is None:
        sign, due = ":white_medium_square:", "no date"
    elif action.overdue(now):
        late = span(now - action.due_at)
        sign, due = (
            ":red_circle:",
            f"*{late} overdue*, was due {date(action.due_at, '{date_short}')}",
        )
    else:
        sign, due = ":white_medium_square:", f"due {date(action.due_at, '{date_short}')}"
    return f"{sign} *{action.id}* {_what(action)}\n{action.incident_id}, {owner}, {due}"


def _what(action: ActionItem) -> str:
    act = f" ({ACTS[action.act]})" if action.act in ACTS else ""
    return f"{escape(clip(action.text, 300))}{act}"


def counted(found: Sequence[ActionItem], now: datetime) -> str:
    """`7 action items open, 2 overdue, 1 without an owner`; `no action item is open`."""
    waiting = [each for each in found if each.open]
    late = sum(each.overdue(now) for each in waiting)
    ownerless = sum(not each.owner_name for each in waiting)
    parts = [f"{plural(len(waiting), 'action item')} open" if waiting else "no action item is open"]
    if late:
        parts.append(f"{late} overdue")
    if ownerless:
        parts.append(f"{ownerless} without an owner")
    return ", ".join(parts)


def list_reply(
    found: Sequence[ActionItem], now: datetime, record: IncidentRecord | None = None
) -> Reply:
    """Worst first; each open one with its button."""
    where = f"{marked(record.drill)}{record.id}: " if record else ""
    waiting = [each for each in found if each.open]
    late = any(each.overdue(now) for each in waiting)
    sign = ":red_circle:" if late else ":clipboard:" if waiting else ":white_check_mark:"
    said = counted(found, now)
    text = f"{sign} {where}{said if where else said[:1].upper() + said[1:]}"
    blocks: list[Block] = [section(f"*{text}*")]
    for each in found[:SHOWN]:
        done = command_button("Done", f"incident action done {each.id}") if each.open else None
        blocks.append(section(line(each, now), accessory=done))
    if len(found) > SHOWN:
        blocks.append(context(f"{len(found) - SHOWN} more; name an incident to see its own."))
    if record is not None:
        blocks.append(
            actions(form_button("Add action item", "incident_action", incident=record.id))
        )
    return Reply(text, blocks, data=[data(each) for each in found], exit_code=1 if late else 0)


def changed_reply(text: str, action: ActionItem, now: datetime) -> Reply:
    """What became of one item."""
    buttons = [command_button("Action items", f"incident actions {action.incident_id}")]
    if action.open:
        buttons.insert(0, command_button("Done", f"incident action done {action.id}"))
    blocks = [section(f"*{text}*"), section(line(action, now)), actions(*buttons)]
    return Reply(text, blocks, data=data(action))


def weekly(found: Sequence[ActionItem], now: datetime) -> tuple[str, list[Block]]:
    """The weekly message: overdue first."""
    late = any(each.overdue(now) for each in found)
    sign = ":red_circle:" if late else ":clipboard:"
    text = f"{sign} Lessons of incidents this week: {counted(found, now)}"
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [
        section(
            line(each, now), accessory=command_button("Done", f"incident action done {each.id}")
        )
        for each in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        blocks.append(context(f"{len(found) - SHOWN} more: `/pitchey incident actions`."))
    blocks.append(context("Told every week until each is done or dropped with a reason."))
    return text, blocks


def action_modal(record: IncidentRecord, first_due: str) -> Block:
    """What, by whom, until when; `first_due` is a date such as 2026-12-07."""
    entry = text_input("text", max_length=300, min_length=3)
    people = {"type": "users_select", "action_id": "chosen"}
    due = {"type": "datepicker", "action_id": "chosen", "initial_date": first_due}
    acts = [option(title, name) for name, title in ACTS.items() if name != "document"]
    blocks = [
        section(
            f"*{marked(record.drill)}{record.id}* {record.severity} {record.kind.value}: "
            f"{escape(clip(record.title, 150))}"
        ),
        field_input("What has to change?", TEXT, entry),
        field_input("Owner", OWNER, people, optional=True, hint="Empty: you."),
        field_input("Due", DUE, due),
        field_input(
            "Which of the guide's lessons is it?", ACT, select("none of them", "chosen", acts),
            optional=True,
        ),
    ]  # fmt: skip
    return modal("incident_action", "Add an action item", blocks, submit="Add")


def data(action: ActionItem) -> dict[str, object]:
    return {
        "id": action.id,
        "incident": action.incident_id,
        "kind": action.kind.value,
        "text": action.text,
        "owner": action.owner_name,
        "due": action.due_at.isoformat() if action.due_at else None,
        "state": action.state.value,
    }
