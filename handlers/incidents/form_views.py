"""The forms of incidents, as modals. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import clip, escape, field_input, modal, option, section, select, text_input
from bot.command import Block
from handlers.incidents.words import (
    KIND_MEANINGS,
    SEVERITY_MEANINGS,
    STATUS_MEANINGS,
    Status,
)

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord

TITLE, SEVERITY, KIND, AFFECTED, PRIVATE = "title", "severity", "kind", "affected", "private"
TEXT, NEXT, OUTSIDE, WHEN, STATUS, OWNER, DUE = (
    "text", "next", "stakeholders", "when", "status", "owner", "due",
)  # fmt: skip
_DUE = (("15m", "15 minutes"), ("30m", "30 minutes"), ("1h", "1 hour"), ("4h", "4 hours"),
        ("24h", "24 hours"), ("7d", "7 days"))  # fmt: skip


def declare_modal(title: str, severity: str, note: str, zone: str, *, quoted: str = "") -> Block:
    """Title, severity with its meaning, kind, affected parts, when it began, private or not."""
    blocks: list[Block] = []
    if note:
        blocks.append(section(note))
    if quoted:
        blocks.append(section(f"The first entry of its timeline:\n>{escape(clip(quoted, 500))}"))
    severities = [_meaning(name, meaning) for name, meaning in SEVERITY_MEANINGS.items()]
    kinds = [
        _meaning(kind.value.replace(" ", "-"), meaning, kind.value)
        for kind, meaning in KIND_MEANINGS.items()
    ]
    chosen = next(each for each in severities if each["value"] == severity)
    entry = text_input("text", max_length=150, min_length=3)
    if title:
        entry["initial_value"] = clip(title, 150)
    else:
        entry["placeholder"] = _hint("What is wrong, in a few words: Checkout fails")
    affected = text_input("text", max_length=300, placeholder=_hint("checkout, uploads, sign-in"))
    hide = option("Private: only people who are asked in know of it", "private")
    blocks += [
        field_input("Title", TITLE, entry),
        field_input("Severity", SEVERITY, _radio(severities, chosen)),
        field_input("Kind", KIND, _radio(kinds, kinds[0])),
        field_input("Affected parts", AFFECTED, affected, optional=True),
        field_input(
            "When it began", WHEN,
            text_input("text", max_length=25, placeholder=_hint("02:14")),
            optional=True, hint=f"{_as_time(zone)} Empty: now, or when the alert fired.",
        ),
        field_input(
            "Who may know", PRIVATE,
            {"type": "checkboxes", "action_id": "chosen", "options": [hide]},
            optional=True,
            hint="Security incidents and data breaches are private always.",
        ),
    ]  # fmt: skip
    return modal("declare_incident", "Declare an incident", blocks, submit="Declare")


def update_modal(record: IncidentRecord, channel: str, every: str) -> Block:
    entry = text_input("text", multiline=True, max_length=1_500, min_length=3)
    entry["placeholder"] = _hint("What is known, what is being done, what people can do meanwhile")
    waits = [option(label, value) for value, label in _DUE[:4]]
    blocks = [
        section(_about(record)),
        field_input("What should people know now?", TEXT, entry),
        field_input(
            "Next update in", NEXT, select("as the severity asks", "chosen", waits), optional=True,
            hint=f"{record.severity} owes one {every}.",
        ),
    ]  # fmt: skip
    if channel and not record.private:
        tell = option(f"Tell {channel} as well, in these words", "stakeholders")
        boxes = {"type": "checkboxes", "action_id": "chosen", "options": [tell]}
        blocks.append(field_input("People outside of the response", OUTSIDE, boxes, optional=True))
    return modal("incident_update", "Post an update", blocks, submit="Post")


def status_modal(record: IncidentRecord) -> Block:
    offered = [each for each in Status if each is not Status.CLOSED or record.over]
    choices = [_meaning(each.value, STATUS_MEANINGS[each]) for each in offered]
    chosen = next(each for each in choices if each["value"] == record.status)
    note = text_input("text", multiline=True, max_length=1_000)
    blocks = [
        section(_about(record)),
        field_input("Status", STATUS, _radio(choices, chosen)),
        field_input("What is known now", TEXT, note, optional=True),
    ]
    return modal("incident_status", "Change the status", blocks, submit="Change")


def severity_modal(record: IncidentRecord) -> Block:
    choices = [_meaning(name, meaning) for name, meaning in SEVERITY_MEANINGS.items()]
    chosen = next(each for each in choices if each["value"] == record.severity)
    blocks = [
        section(_about(record)),
        field_input("Severity", SEVERITY, _radio(choices, chosen)),
        field_input("Why", TEXT, text_input("text", max_length=300), optional=True),
    ]
    return modal("incident_severity", "Change the severity", blocks, submit="Change")


def note_modal(record: IncidentRecord, zone: str) -> Block:
    entry = text_input("text", multiline=True, max_length=1_500, min_length=1)
    when = text_input("text", max_length=25, placeholder=_hint("02:14"))
    blocks = [
        section(_about(record)),
        field_input("What happened", TEXT, entry),
        field_input(
            "When it happened", WHEN, when, optional=True,
            hint=f"{_as_time(zone)} Empty: now. "
            "Both times are kept: when it happened and when it was written down.",
        ),
    ]  # fmt: skip
    return modal("incident_note", "Add to the timeline", blocks, submit="Add")


def message_modal(record: IncidentRecord, text: str, author: str) -> Block:
    shown = f">{escape(clip(text, 1_000))}" if text else "_a message without text_"
    blocks = [
        section(_about(record)),
        section(
            f"This message of {escape(author or 'somebody')} is kept, with its link and files:"
        ),
        section(shown),
    ]
    return modal("incident_message", "Add to the timeline", blocks, submit="Add")


def task_modal(record: IncidentRecord) -> Block:
    entry = text_input("text", max_length=300, min_length=3)
    people = {"type": "users_select", "action_id": "chosen"}
    due = select("no due time", "chosen", [option(label, value) for value, label in _DUE])
    blocks = [
        section(_about(record)),
        field_input("Task", TEXT, entry),
        field_input("Owner", OWNER, people, optional=True, hint="Empty: you."),
        field_input("Due in", DUE, due, optional=True),
    ]
    return modal("incident_task", "Add a task", blocks, submit="Add")


def _about(record: IncidentRecord) -> str:
    return f"*{record.id}* {record.severity} {record.kind}: {escape(clip(record.title, 150))}"


def _as_time(zone: str) -> str:
    other = "" if zone == "UTC" else "; put UTC behind it for UTC"
    return f"02:14 or 2026-11-23 02:14, in {zone}{other}."


def _hint(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _meaning(value: str, meaning: str, label: str = "") -> Block:
    shown = option(label or value, value)
    shown["description"] = {"type": "plain_text", "text": clip(meaning, 75)}
    return shown


def _radio(options: list[Block], chosen: Block) -> Block:
    return {
        "type": "radio_buttons",
        "action_id": "chosen",
        "options": options,
        "initial_option": chosen,
    }
