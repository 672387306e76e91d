"""Moments in what people read: in the reader's own zone where Slack draws it, else in the team's.

Slack's date token has a fallback text, and plain text has no token at all: both say the time in
the zone of `[team]` in `pitchey.toml`, and name that zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

# As `date` writes it, and nothing wider: text from data must not pass for one of ours.
TOKEN = re.compile(r"<!date\^(-?\d{1,12})\^([^|<>^`]{1,80})\|([\w:+\- ]{1,60})>")


class _Team:
    """The zone of the program: it serves one team, and views know no settings."""

    zone: tzinfo = UTC


def in_zone(zone: tzinfo) -> None:
    """Say once, at the start, where the team is."""
    _Team.zone = zone


def team_time(moment: datetime) -> datetime:
    """An aware moment in the team's zone."""
    return moment.astimezone(_Team.zone)


def written(moment: datetime) -> str:
    """`2026-11-28 23:04 CET`: an aware moment as plain text, in the team's zone."""
    local = team_time(moment)
    return f"{local:%Y-%m-%d %H:%M} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """`CET`, `UTC`, and `UTC+03` for a zone that has no letters of its own."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name


def date(moment: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Slack's date token; `moment` must be aware."""
    return f"<!date^{int(moment.timestamp())}^{form}|{written(moment)}>"


def dated(text: str, harmless: Callable[[object], str]) -> str:
    """Data made `harmless` for mrkdwn, in which the moments that `date` wrote stay moments."""
    parts, last = [], 0
    for found in TOKEN.finditer(text):
        parts += [harmless(text[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*parts, harmless(text[last:])])


def undated(text: str) -> str:
    """The same as plain text: each moment as its fallback says it."""
    return TOKEN.sub(lambda found: found[3], text)
