"""Names of incident channels: what Slack takes, nobody has yet, and tells no secret. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from bot.rooms import NAME_LONGEST
from bot.store.incidents_rows import IncidentRecord

_ADJECTIVES = (
    "amber", "brisk", "calm", "dusty", "early", "faint", "gentle", "hazel",
    "ivory", "jolly", "keen", "lunar", "mellow", "noble", "olive", "plain",
)  # fmt: skip
_NOUNS = (
    "anchor", "bridge", "canyon", "desert", "ember", "fjord", "garden", "harbor",
    "island", "jungle", "kettle", "lagoon", "meadow", "nectar", "orchard", "prairie", "quarry",
)  # fmt: skip
# Letters that no decomposition makes plain.
_PLAIN = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})


def code_name(number: int) -> str:
    """Two harmless words for a private incident; 272 in a row differ."""
    return f"{_ADJECTIVES[number % len(_ADJECTIVES)]}-{_NOUNS[number % len(_NOUNS)]}"


def slug(title: str) -> str:
    """Lower-case ASCII letters, digits and single hyphens; empty where nothing is left."""
    decomposed = unicodedata.normalize("NFKD", title.lower().translate(_PLAIN))
    ascii_only = decomposed.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def channel_name(record: IncidentRecord, zone: str, attempt: int = 1) -> str:
    """`inc-YYYYMMDD-title` of the day in `zone`; later attempts end in -2, -3, …"""
    day = record.declared_at.astimezone(ZoneInfo(zone))
    said = code_name(record.number) if record.private else slug(record.title)
    front = "drill-" if record.drill else ""
    end = f"-{attempt}" if attempt > 1 else ""
    start = f"inc-{day:%Y%m%d}-{front}{said or record.number}"
    return f"{start[: NAME_LONGEST - len(end)].rstrip('-')}{end}"


def attempt_of(name: str, record: IncidentRecord, zone: str) -> int:
    """Which attempt has that name; 0 for none of ours."""
    for attempt in range(1, 200):
        if channel_name(record, zone, attempt) == name:
            return attempt
    return 0


def shown_title(record: IncidentRecord) -> str:
    """What may be said where people outside of it read: the code name of a private one."""
    return f"private incident {code_name(record.number)}" if record.private else record.title


def happened_before(words: str, now: datetime, zone: str) -> datetime | None:
    """The newest past moment of `02:14`, `2026-11-23 02:14` or the like in `zone`; None if none.

    A `Z` or `UTC` behind it means UTC. Seconds are allowed.
    """
    found = re.fullmatch(
        r"(?:(\d{4})-(\d{2})-(\d{2})[T ])?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|UTC)?",
        words.strip(),
        re.IGNORECASE,
    )
    if found is None:
        return None
    place = ZoneInfo("UTC" if found[7] else zone)
    local = now.astimezone(place)
    try:
        moment = local.replace(
            year=int(found[1] or local.year),
            month=int(found[2] or local.month),
            day=int(found[3] or local.day),
            hour=int(found[4]),
            minute=int(found[5]),
            second=int(found[6] or 0),
            microsecond=0,
        )
    except ValueError:
        return None
    if moment > local and not found[1]:
        day = (local.date().toordinal()) - 1
        earlier = local.date().fromordinal(day)
        moment = moment.replace(year=earlier.year, month=earlier.month, day=earlier.day)
    return None if moment > local else moment.astimezone(ZoneInfo("UTC"))


def past(words: str, now: datetime, zone: str) -> datetime:
    """As `happened_before`; raises BadInput where that is no time in the past."""
    found = happened_before(words, now, zone)
    if found is None:
        raise BadInput(
            "That is no time in the past.",
            f"Write it as `02:14` or `2026-11-23 02:14` ({zone}), with `UTC` behind for UTC.",
        )
    return found
