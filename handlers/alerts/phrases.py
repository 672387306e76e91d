"""`for 2h new cache`, `tomorrow`: times as people write them behind a command. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from bot.arguments import UnknownWord
from bot.blocks import clip, code
from bot.errors import BadInput
from bot.settings.alerts import Rule

LONGEST = timedelta(days=30)
LEAST_SLEEP = timedelta(hours=1)
NO_DATA = "NO_DATA"
_DURATION = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SO = re.compile(r"^(?:--reason(?:=|\s+)|because\s+|reason:?\s+)", re.IGNORECASE)
_PATTERN = re.compile(r"[A-Za-z0-9_*?\[\]-]{1,60}")


@dataclass(frozen=True, slots=True)
class ForReason:
    """How long, from when on, and why."""

    lasting: timedelta
    starting_in: timedelta
    reason: str


def for_reason(text: str, example: str) -> ForReason:
    """Reads `[in 30m] for 2h [because] new cache`; raises BadInput where no end or reason is."""
    words = text.split()
    wait = timedelta()
    if len(words) > 1 and words[0].lower() == "in":
        wait, words = duration(words[1]), words[2:]
    if words and words[0].lower() == "for":
        words = words[1:]
    if not words:
        raise BadInput("For how long? It must have an end.", f"Such as {code(example)}.")
    lasting = duration(words[0])
    reason = " ".join(words[1:])
    reason = _SO.sub("", reason).strip()
    if len(reason) < 3:
        raise BadInput("Say why, so that others know.", f"Add it behind the time: {code(example)}.")
    return ForReason(lasting, wait, clip(reason, 400))


def duration(text: str) -> timedelta:
    """`90s`, `15m`, `24h`, `7d` or `2w`, at most 30 days; raises BadInput."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadInput(
            f"{code(clip(text, 40))} is not a length of time.",
            "Write it as `15m`, `24h`, `7d` or `2w`.",
        )
    span = timedelta(seconds=int(found[1]) * _SECONDS[found[2].lower()])
    if not timedelta() < span <= LONGEST:
        raise BadInput("It lasts from 1 second to 30 days.", "Take a shorter time, and renew it.")
    return span


def snooze_end(text: str, now: datetime, zone: str) -> datetime:
    """`1h`, `4h`, `morning` or `tomorrow`: 9 AM of the team, the next one that is an hour away
    at least, or that of the next day; aware UTC."""
    word, place = text.lower(), ZoneInfo(zone)
    if word in ("morning", "tomorrow"):
        today = now.astimezone(place).date()
        # At 3 AM nobody who goes back to bed means the morning after the next.
        early = word == "morning" and now + LEAST_SLEEP <= _nine(today, place)
        return _nine(today if early else today + timedelta(days=1), place)
    return now + duration(text)


def _nine(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(9), place).astimezone(UTC)


def pattern_of(text: str, rules: Sequence[Rule], sources: Sequence[str] = ()) -> str:
    """A rule's name or a pattern of names, in capitals; raises UnknownWord with the nearest."""
    written = text.strip().upper()
    known = [rule.name for rule in rules] + [NO_DATA, *sources]
    if not _PATTERN.fullmatch(text.strip()):
        raise BadInput(
            f"{code(clip(text, 40))} is no rule.", "Write its name, or `*` for every rule."
        )
    if written in known:
        return written
    if any(mark in written for mark in "*?["):
        # A pattern that covers nothing would look like quiet, and be none.
        if any(fnmatchcase(name, written) for name in known):
            return written
        raise BadInput(
            f"{code(written)} matches no rule: nothing would be silenced.",
            "`/pitchey alerts rules` lists them.",
        )
    raise unknown_rule(written, known, "alerts rules")


def rule_named(text: str, rules: Sequence[Rule], command: str) -> Rule:
    """The rule of that name, however written; raises UnknownWord with the nearest."""
    written = text.strip().upper()
    found = next((rule for rule in rules if rule.name == written), None)
    if found is None:
        raise unknown_rule(written, [rule.name for rule in rules], command)
    return found


def unknown_rule(written: str, known: Sequence[str], command: str) -> UnknownWord:
    close = difflib.get_close_matches(written, known, n=3, cutoff=0.5)
    hint = (
        f"Did you mean {' or '.join(code(name) for name in close)}?"
        if close
        else "`/pitchey alerts rules` lists them."
    )
    lines = [f"{command} {name}" for name in close] if command == "alerts test" else ()
    return UnknownWord(f"There is no rule {code(clip(written, 40))}.", hint, lines)
