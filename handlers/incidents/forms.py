"""The forms: what they open with, and the command lines they are submitted as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.command import Block, Form, Shortcut
from bot.errors import BadInput
from bot.frozen import quoted
from bot.phrases import span
from bot.store.incidents_rows import SEVERITIES, IncidentRecord
from bot.words import clean
from handlers.incidents import form_views as views
from handlers.incidents.cadence import cadence
from handlers.incidents.naming import happened_before

if TYPE_CHECKING:
    from bot.runtime import Runtime

Values = Mapping[str, str]
_OF_ALERTS = {"critical": "SEV1", "warning": "SEV2", "info": "SEV3"}


def _declare(runtime: Runtime, about: Values) -> Block:
    severity = about.get("severity", "")
    severity = _OF_ALERTS.get(severity.lower(), severity.upper())
    severity = severity if severity in SEVERITIES else "SEV3"
    alert, note = about.get("alert", ""), ""
    joined = _joined(runtime, about)
    if joined:
        note = f":information_source: {joined} is open for this already: you will join that one."
    elif alert:
        note = f"For alert {alert}. It is linked."
    first_words = " ".join(about.get("text", "").split())[:80]
    title = about.get("title", "") or first_words
    zone = runtime.settings.team.timezone
    return views.declare_modal(title, severity, note, zone, quoted=about.get("text", ""))


def _joined(runtime: Runtime, about: Values) -> str:
    for kind, reference in (("alert", about.get("alert")), ("message", _message(about))):
        if not reference:
            continue
        for incident in runtime.store.incident_work.linked_to(kind, reference):
            found = runtime.store.incidents.find(incident)
            if found is not None and not found.over and not found.private:
                return found.id
    return ""


def _message(about: Values) -> str:
    return f"{about['channel']}:{about['ts']}" if about.get("ts") else ""


def _declare_line(values: Values, about: Values) -> str:
    line = (
        f"incident declare title:{_text(values, views.TITLE)} --severity {values[views.SEVERITY]} "
        f"--kind {values[views.KIND]}"
    )
    if values.get(views.AFFECTED):
        line += f" --affected={_text(values, views.AFFECTED)}"
    if values.get(views.WHEN):
        line += f" --began={_text(values, views.WHEN)}"
    if values.get(views.PRIVATE):
        line += " --private"
    if about.get("alert"):
        line += f" --alert={quoted(about['alert'])}"
    if message := _message(about):
        line += f" --message={quoted(message)}"
    return line


def _text(values: Values, name: str) -> str:
    return quoted(clean(values.get(name, "")))


def _lines(values: Values, name: str) -> str:
    """Of a field with several lines: its line breaks stay, as references inside the quotes."""
    lines = [clean(each) for each in values.get(name, "").strip().splitlines()]
    return quoted("\n".join(lines)).replace("\n", "&#10;")


def _record(runtime: Runtime, about: Values) -> IncidentRecord:
    """The incident of the button, else of the place; raises BadInput."""
    incidents = runtime.store.incidents
    if about.get("incident"):
        found = incidents.find(about["incident"])
    else:
        found = incidents.of_channel(
            about.get("channel") or about.get("in_channel", ""), about.get("thread_ts", "")
        )
        if found is None and len(running := incidents.open()) == 1 and not running[0].private:
            found = running[0]
    if found is None:
        raise BadInput(
            "No incident belongs here.", "Declare one, or do this in an incident's channel."
        )
    return found


def _update(runtime: Runtime, about: Values) -> Block:
    record = _record(runtime, about)
    settings = runtime.settings.incidents
    every = cadence(settings, record.severity)
    words = f"every {span(every)}" if every else "none by itself"
    return views.update_modal(record, settings.stakeholder_channel or "", words)


def _update_line(values: Values, about: Values) -> str:
    line = f"incident update text:{_lines(values, views.TEXT)}{_incident(about)}"
    if values.get(views.NEXT):
        line += f" --next {values[views.NEXT]}"
    return f"{line} --stakeholders" if values.get(views.OUTSIDE) else line


def _incident(about: Values) -> str:
    return f" --incident {about['incident']}" if about.get("incident") else ""


def _status_line(values: Values, about: Values) -> str:
    line = f"incident status {values[views.STATUS]} {about.get('incident', '')}".rstrip()
    return f"{line} --note={_lines(values, views.TEXT)}" if values.get(views.TEXT) else line


def _severity_line(values: Values, about: Values) -> str:
    line = f"incident severity {values[views.SEVERITY]} {about.get('incident', '')}".rstrip()
    return f"{line} --why={_text(values, views.TEXT)}" if values.get(views.TEXT) else line


def _note_line(values: Values, about: Values) -> str:
    line = f"incident note text:{_lines(values, views.TEXT)}{_incident(about)}"
    return f"{line} --at={_text(values, views.WHEN)}" if values.get(views.WHEN) else line


def _message_modal(runtime: Runtime, about: Values) -> Block:
    return views.message_modal(
        _record(runtime, about), about.get("text", ""), about.get("author", "")
    )


def _message_line(_values: Values, about: Values) -> str:
    return f"incident add {about['channel']} {about['ts']}"


def _task_line(values: Values, about: Values) -> str:
    line = f"incident task text:{_text(values, views.TEXT)}{_incident(about)}"
    if values.get(views.OWNER):
        line += f" --owner <@{values[views.OWNER]}>"
    return f"{line} --due {values[views.DUE]}" if values.get(views.DUE) else line


def _check_when(values: Values, _about: Values) -> Mapping[str, str]:
    """The form only knows what looks like a time; whether it is past is for the command."""
    when = values.get(views.WHEN, "")
    return {} if not when or _looks_like_time(when) else {views.WHEN: "Write 02:14 or so."}


def _looks_like_time(when: str) -> bool:
    from datetime import UTC, datetime

    return happened_before(when, datetime.max.replace(tzinfo=UTC, hour=12), "UTC") is not None


FORMS = (
    Form("declare_incident", _declare, _declare_line, _check_when),
    Form("incident_update", _update, _update_line),
    Form(
        "incident_status",
        lambda runtime, about: views.status_modal(_record(runtime, about)),
        _status_line,
    ),
    Form(
        "incident_severity",
        lambda runtime, about: views.severity_modal(_record(runtime, about)),
        _severity_line,
    ),
    Form(
        "incident_note",
        lambda runtime, about: views.note_modal(
            _record(runtime, about), runtime.settings.team.timezone
        ),
        _note_line,
        _check_when,
    ),
    Form("incident_message", _message_modal, _message_line),
    Form(
        "incident_task",
        lambda runtime, about: views.task_modal(_record(runtime, about)),
        _task_line,
    ),
)
SHORTCUTS = (
    Shortcut(
        "declare_incident",
        "Declare incident",
        "Opens an incident with a channel, clocks and a timeline",
        "global",
        "declare_incident",
    ),
    Shortcut(
        "declare_from_message",
        "Declare as an incident",
        "The message becomes the first entry of the timeline",
        "message",
        "declare_incident",
    ),
    Shortcut(
        "add_to_timeline",
        "Add to timeline",
        "Keeps this message on the incident's timeline",
        "message",
        "incident_message",
    ),
)
