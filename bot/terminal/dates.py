"""Slack's date tokens in a terminal, in the time zone that it is drawn for."""

from __future__ import annotations

import re
from datetime import datetime

from bot.mrkdwn import Date

_TOKEN = re.compile(r"\{([a-z_]+)\}")
_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_STEPS = ((60, "second"), (3_600, "minute"), (86_400, "hour"), (float("inf"), "day"))
_UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


def local_date(date: Date, now: datetime, zone: str = "") -> str:
    """The token's text in the zone of `now` (aware); its fallback where the time is no time.
    A clock time has `zone` behind it.

    Source: docs.slack.dev, "Formatting message text", date formatting.
    """
    try:
        moment = datetime.fromtimestamp(date.timestamp, now.tzinfo)
    except (OverflowError, OSError, ValueError):
        return date.fallback
    told = _TOKEN.sub(lambda found: _part(found[1], moment, now) or found[0], date.form)
    return f"{told} {zone}" if zone and "{time" in date.form else told


def _part(token: str, moment: datetime, now: datetime) -> str:
    near = _DAYS.get((moment.date() - now.date()).days, "") if "pretty" in token else ""
    month = f"{moment:%B} {_ordinal(moment.day)}, {moment.year}"
    match token.removesuffix("_pretty"):
        case "date_num":
            return f"{moment:%Y-%m-%d}"
        case "date":
            return near or month
        case "date_slash":
            return f"{moment:%m/%d/%Y}"
        case "date_short":
            return near or f"{moment:%b} {moment.day}, {moment.year}"
        case "date_long":
            return near or f"{moment:%A}, {month}"
        case "time":
            return f"{moment:%H:%M}"
        case "time_secs":
            return f"{moment:%H:%M:%S}"
        case "ago":
            return _ago((now - moment).total_seconds())
    return ""


def _ordinal(day: int) -> str:
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _ago(seconds: float) -> str:
    distance = abs(seconds)
    unit = next(name for most, name in _STEPS if distance < most)
    count = int(distance // _UNITS[unit])
    amount = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{amount} ago" if seconds >= 0 else f"in {amount}"
