"""What is said in the thread of an alert: calls, reminders, ends of snoozes. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.blocks import escape
from bot.phrases import span
from handlers.alerts.views import TEST_WORDS, holding, sentence

if TYPE_CHECKING:
    from bot.escalation import Call
    from bot.oncall import Callees
    from bot.store import Alert


def call_text(made: Call, who: Callees | None, owner: str, *, test: bool) -> str:
    """What is said in the thread when a level is called."""
    mark = f"{TEST_WORDS}. " if test else ""
    late_by = f" ({span(made.late)} late)" if made.is_late else ""
    if made.level is None or who is None:
        whose = f" {holding(owner)}," if owner else ""
        return (
            f":rotating_light: {mark}Nobody has answered:{whose} no level of the escalation "
            f"is left{late_by}. Nobody more is called; it stays open."
        )
    name = f"{escape(made.level.level)} {escape(made.level.contact)}"
    if not who.mentions:
        return (
            f":warning: {mark}{name} would be called{late_by}, but nobody is named for "
            f"{escape(made.level.level)} in `[oncall]` of pitchey.toml."
        )
    note = f" ({escape(who.trouble)})" if who.trouble else ""
    return (
        f":bell: {mark}{who.mentions} {name}: please look{late_by}, and press *Acknowledge* "
        f"within {made.level.response_minutes} min.{note}"
    )


def reminder_text(alert: Alert, now: datetime) -> str:
    """What the person who acknowledged is told where it is open still."""
    who = holding(alert.acknowledger.id) if alert.acknowledger.id else "Somebody"
    owner = alert.problem.owner
    also = f" {holding(owner)}" if owner and owner != alert.acknowledger.id else ""
    since = span(now - (alert.acknowledged_at or now))
    return (
        f":alarm_clock: {who}{also} This was acknowledged {since} ago and is still open: "
        f"{sentence(alert.problem.summary)}"
    )


def woken_text(alert: Alert) -> str:
    return f":alarm_clock: The snooze is over, and this still fires: {escape(alert.problem.title)}."
