"""The guide's acts, the contributing factors, and lengths and people in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.blocks import escape

# The guide's lessons: three of "Security Incident Playbook, 5. Lessons Learned", and the two of
# "Data Breach Procedure, 5. Recovery" that are about what was learnt.
ACTS = {
    "document": "Document incident",
    "measures": "Update security measures",
    "training": "Train team on prevention",
    "implement": "Implement lessons learned",
    "policies": "Update security policies",
}
FACTORS = {
    "change": "A deployment or other change",
    "configuration": "Configuration or secrets",
    "defect": "A defect in the code",
    "capacity": "Load or capacity",
    "provider": "A provider or other dependency",
    "data": "Data or migration",
    "access": "Access, credentials, an attacker",
    "monitoring": "Noticed late, or not by us",
    "procedure": "Procedure unclear or missing",
    "people": "Knowledge or hands missing",
}
UNSEEN = "no data"


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `1 h 5 min`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return _two(seconds, 3_600, "h", 60, "min")
    return _two(seconds, 86_400, "d", 3_600, "h")


def _two(seconds: int, large: int, unit: str, small: int, rest: str) -> str:
    left = seconds % large // small
    return f"{seconds // large} {unit} {left} {rest}" if left else f"{seconds // large} {unit}"


def took(length: timedelta | None) -> str:
    return "not recorded" if length is None else span(length)


def minutes(length: timedelta) -> str:
    """`12.5 min`: a loss is told to a tenth of a minute."""
    return f"{length.total_seconds() / 60:,.1f} min"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def mention(person_id: str, name: str) -> str:
    """A person as Slack shows them; people of a terminal, and the bot, have a name only."""
    if person_id.startswith(("U", "W")):
        return f"<@{person_id}>"
    return escape(name) or "nobody"


def marked(drill: bool) -> str:
    """The beginning of every line about a drill."""
    return "DRILL: " if drill else ""
