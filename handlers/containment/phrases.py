"""`for 24h because it scans`: how long and why, behind a command. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.ask_buttons import SHORTEST_REASON
from bot.blocks import clip, code
from bot.errors import BadInput

LONGEST = timedelta(days=30)
SHORTEST = timedelta(minutes=1)
_LENGTH = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Lasting:
    length: timedelta
    reason: str


def lasting(text: str, usual: timedelta, reason: str) -> Lasting:
    """Reads `[for] 24h [because] it scans`; `reason` is that of the flag, which wins.

    The reason is empty where none is given that others could judge. Raises BadInput for a time
    that is none.
    """
    words = text.split()
    if words and words[0].lower() == "for":
        words = words[1:]
        if not words:
            raise BadInput("For how long?", "Such as `for 24h`; without it the usual time holds.")
        length, words = _length(words[0]), words[1:]
    elif words and _LENGTH.fullmatch(words[0]):
        length, words = _length(words[0]), words[1:]
    else:
        length = usual
    rest = re.sub(r"^(because|reason:?)\s+", "", " ".join(words), flags=re.IGNORECASE)
    why = (reason or rest).strip()
    return Lasting(length, clip(why, 300) if len(why) >= SHORTEST_REASON else "")


def _length(text: str) -> timedelta:
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise BadInput(
            f"{code(clip(text, 40))} is not a length of time.", "Write it as `30m`, `24h` or `7d`."
        )
    length = timedelta(seconds=int(found[1]) * _SECONDS[found[2].lower()])
    if not SHORTEST <= length <= LONGEST:
        raise BadInput(
            "It lasts from 1 minute to 30 days: containment ends by itself.",
            "Take a shorter time, and renew it; what shall stay is a rule of the platform's own.",
        )
    return length
