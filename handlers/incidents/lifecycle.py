"""Status, severity, acknowledgement and updates of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import clip, command_button, date, escape, mention
from bot.command import Reply
from bot.errors import BadInput
from bot.phrases import span
from bot.store.incidents_rows import IncidentRecord, RoomState, Status
from handlers.incidents import clocks, emergency, telling
from handlers.incidents.cadence import next_update
from handlers.incidents.card_views import first_line
from handlers.incidents.finding import actor, still_open
from handlers.incidents.naming import happened_before
from handlers.incidents.recording import entry
from handlers.incidents.rooms import retopic
from handlers.incidents.words import SEVERITY_MEANINGS, STATUS_MEANINGS, marked, utc

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.command import Context
    from bot.runtime import Runtime

UPDATE_MOST = 1_500


def set_status(context: Context, record: IncidentRecord, status: Status, note: str) -> Reply:
    """Another status; the same one again is said to be so."""
    runtime, now = context.runtime, context.runtime.now()
    if record.status is status:
        return Reply(f":information_source: {record.id} is {status} already. Nothing changed.")
    reopened = record.over and not status.over
    if status is Status.CLOSED and not record.over:
        raise BadInput(
            f"{record.id} is {record.status}: resolve it before you close it.",
            f"`/pitchey incident status resolved {record.id}`",
        )
    values: dict[str, Any] = {"status": status}
    if status.over:
        values |= {"update_due": None, "escalation_next": None}
    elif reopened:
        due = next_update(runtime.settings.incidents, record.severity, now)
        values |= {"update_due": due, **_climb(runtime, record, record.severity)}
        if values.get("escalation_next"):
            values["escalation_called"] = 0  # the first level again, not where it had stopped
    because = f". {note}" if note else ""
    words = f"{'Reopened: ' if reopened else ''}{record.status} → {status}{because}"
    changed = runtime.store.incidents.change(
        record.id, values, actor(context), entry(context, "status", words), now,
        only_if={"status": record.status},
    )  # fmt: skip
    if changed is None:
        current = runtime.store.incidents.find(record.id) or record
        raise BadInput(
            f"Somebody was quicker: {record.id} is {current.status} now.", "Look, then try again."
        )
    emergency.align(runtime, record.id)
    if status.over or reopened:
        runtime.background(retopic(runtime, record.id), f"topic of {record.id}")
    text = _status_words(changed, status, reopened=reopened, note=note, context=context)
    buttons = _status_buttons(changed)
    return telling.told(context, changed, text, "status", *buttons)


def _status_words(
    record: IncidentRecord, status: Status, *, reopened: bool, note: str, context: Context
) -> str:
    who = mention(context.invocation.person.id, context.invocation.person.name)
    act = "opened it again" if reopened else f"set it to *{status}*"
    because = f"\n{_quote(clip(note, 1_000))}" if note else ""
    length = ""
    if status is Status.RESOLVED:
        length = f" It took {span(context.runtime.now() - record.began_at)}."
    meaning = STATUS_MEANINGS[status]
    return f"{first_line(record)}: {who} {act} ({meaning}).{length}{because}"


def _status_buttons(record: IncidentRecord) -> list[Any]:
    again = command_button("Open it again", f"incident status investigating {record.id}")
    if record.status is Status.RESOLVED:
        return [command_button("Close", f"incident status closed {record.id}"), again]
    if record.status is Status.CLOSED and record.room is RoomState.MADE:
        return [command_button("Archive this channel", f"incident archive {record.id}"), again]
    return [again] if record.over else []


def _quote(text: str) -> str:
    return "\n".join(f">{escape(line)}" for line in text.splitlines())


def set_severity(context: Context, record: IncidentRecord, severity: str, reason: str) -> Reply:
    """Another severity: other clocks, and another right of the commander."""
    still_open(record)
    runtime, now = context.runtime, context.runtime.now()
    if record.severity == severity:
        return Reply(f":information_source: {record.id} is {severity} already. Nothing changed.")
    values: dict[str, Any] = {
        "severity": severity,
        "update_due": next_update(runtime.settings.incidents, severity, now),
        **_climb(runtime, record, severity),
    }
    because = f". {reason}" if reason else ""
    words = f"{record.severity} → {severity}{because}"
    changed = runtime.store.incidents.change(
        record.id, values, actor(context), entry(context, "severity", words), now,
        only_if={"severity": record.severity, "status": record.status},
    )  # fmt: skip
    if changed is None:
        raise BadInput(f"Somebody changed {record.id} in the same moment.", "Look, then try again.")
    emergency.align(runtime, record.id)
    runtime.background(retopic(runtime, record.id), f"topic of {record.id}")
    runtime.background(clocks.look(runtime, record.id), f"escalation of {record.id}")
    who = mention(context.invocation.person.id, context.invocation.person.name)
    text = (
        f"{first_line(changed)}: {who} changed it from {record.severity} to *{severity}* "
        f"({SEVERITY_MEANINGS[severity]}).{because and chr(10) + '>' + escape(reason)}"
    )
    return telling.told(context, changed, text, "severity")


def _climb(runtime: Runtime, record: IncidentRecord, severity: str) -> dict[str, Any]:
    """The escalation clock for that severity: it goes on, begins, or stops."""
    if severity not in runtime.settings.incidents.escalate:
        return {"escalation_next": None}
    if record.acknowledged_at is not None or record.escalation_next is not None:
        return {}
    return {"escalation_next": runtime.now()}


def set_began(context: Context, record: IncidentRecord, when: str) -> Reply:
    """When the trouble began, which may be long before it was noticed: durations count from it."""
    runtime, now, zone = context.runtime, context.runtime.now(), context.settings.team.timezone
    began = happened_before(when, now, zone)
    if began is None or began > record.declared_at:
        raise BadInput(
            "That is no time before it was declared.",
            f"Write it as `02:14` or `2026-11-23 02:14` ({zone}), with `UTC` behind for UTC.",
        )
    words = f"It began at {utc(began)}"
    changed = runtime.store.incidents.change(
        record.id, {"began_at": began}, actor(context), entry(context, "note", words), now, at=began
    )
    if changed is None:
        return Reply(f":information_source: {record.id} has that beginning already.")
    text = f":hourglass: {marked(record)}{record.id} began at {date(began)}, "
    text += f"{span(record.declared_at - began)} before it was declared."
    return telling.told(context, changed, text, "began")


def acknowledge(context: Context, record: IncidentRecord) -> Reply:
    """Somebody is on it: nobody more is called."""
    runtime = context.runtime
    if record.over:
        # A late press must not open again what is over.
        return Reply(f":information_source: {record.id} is {record.status}: nobody is called.")
    changed = acknowledged(context, record)
    if changed is None:
        current = runtime.store.incidents.find(record.id) or record
        by = mention(current.acknowledged_by_id, current.acknowledged_by_name)
        at = date(current.acknowledged_at, "{time}") if current.acknowledged_at else ""
        return Reply(f":information_source: {record.id} was acknowledged by {by} at {at} already.")
    who = mention(context.invocation.person.id, context.invocation.person.name)
    took = span(runtime.now() - record.declared_at)
    text = (
        f":white_check_mark: {marked(record)}{who} acknowledged {record.id} after {took}. "
        "Nobody more is called."
    )
    return telling.told(context, changed, text, "acknowledged")


def acknowledged(context: Context, record: IncidentRecord) -> IncidentRecord | None:
    """Note the first acknowledgement; None where there was one."""
    now, person = context.runtime.now(), actor(context)
    values = {
        "acknowledged_at": now,
        "acknowledged_by_id": person.id,
        "acknowledged_by_name": person.name,
        "escalation_next": None,
    }
    words = f"Acknowledged after {span(now - record.declared_at)}"
    return context.runtime.store.incidents.change(
        record.id, values, person, entry(context, "acknowledged", words), now,
        only_if={"acknowledged_at": None},
    )  # fmt: skip


def post_update(
    context: Context, record: IncidentRecord, text: str, wait: timedelta | None, *, outside: bool
) -> Reply:
    """What people should know now; the clock of the next one begins anew."""
    still_open(record)
    runtime, now = context.runtime, context.runtime.now()
    said = clip(text.strip(), UPDATE_MOST)
    if not said:
        raise BadInput(
            "An update needs words.", "What is known, what is done, when the next comes."
        )
    channel = runtime.settings.incidents.stakeholder_channel
    _check_outside(record, channel, outside=outside)
    settings = runtime.settings.incidents
    due = now + wait if wait else next_update(settings, record.severity, now)
    values = {"updated_text": runtime.redactor.text(said), "updated_at": now, "update_due": due}
    told_to = f" (told in {channel})" if outside else ""
    changed = runtime.store.incidents.change(
        record.id, values, actor(context), entry(context, "update", f"{said}{told_to}"), now
    )
    current = changed or record
    if outside and channel is not None:
        _tell_outside(context, current, channel, said)
    following = f" The next one is due at {date(due, '{time}')}." if due else ""
    where = f" Told in {escape(channel or '')} as well." if outside else ""
    who = mention(context.invocation.person.id, context.invocation.person.name)
    words = f":mega: {marked(record)}Update on {record.id} by {who}:\n{_quote(said)}"
    return telling.told(context, current, f"{words}\n{following}{where}".rstrip(), "update")


def _check_outside(record: IncidentRecord, channel: str | None, *, outside: bool) -> None:
    if outside and record.private:
        raise BadInput(
            f"{record.id} is private: its updates are told to nobody outside of it.",
            "Leave `--stakeholders` out.",
        )
    if outside and channel is None:
        raise BadInput(
            "No channel for stakeholders is set.", "Set `stakeholder_channel` under `[incidents]`."
        )


def _tell_outside(context: Context, record: IncidentRecord, channel: str, said: str) -> None:
    runtime = context.runtime
    due = record.update_due
    following = f"\nNext update: {date(due)}" if due else ""
    text = (
        f"{'*DRILL, nothing is wrong.* ' if record.drill else ''}*{escape(record.title)}*: "
        f"{STATUS_MEANINGS[record.status]}.\n{escape(said)}{following}"
    )
    key = f"incident:{record.number}:stakeholders:{context.invocation.reference}"
    runtime.messages.post(channel, text, key=key)
