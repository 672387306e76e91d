"""The words after `/pitchey metrics` → a window and a metric, or what was meant. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import timedelta

from bot.arguments import UnknownWord
from bot.blocks import clip, code
from bot.errors import BadInput
from bot.metric_entries import ENTRIES, Entry

USUAL = ("1h", "24h", "7d", "30d")
_SHORTEST, _LONGEST = timedelta(minutes=10), timedelta(days=400)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
          "w": timedelta(weeks=1)}  # fmt: skip
_WINDOW = re.compile(r"([0-9]{1,6})\s*([mhdw])", re.IGNORECASE)
_LOOKS_LIKE_TIME = re.compile(r"[-+]?\d")


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` is the window as it was written, such as 7d."""

    window: timedelta
    text: str
    metric: Entry | None


def read(first: str, second: str) -> Asked | None:
    """Window and metric in either order; None where neither was given.

    Raises UnknownWord with the lines that would work, and BadInput for an impossible window.
    """
    words = [word for word in (first.strip(), second.strip()) if word]
    if not words:
        return None
    text, metric = "", ""
    for word in words:
        if _LOOKS_LIKE_TIME.match(word):
            text = text or word
        else:
            metric = f"{metric} {word}".strip()
    entry = known(metric, text) if metric else None
    return Asked(window(text or "24h"), (text or "24h").lower().replace(" ", ""), entry)


def window(text: str) -> timedelta:
    """A length of time that a history can be shown for; raises BadInput."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise BadInput(
            f"The window cannot be {code(clip(text, 40))}.",
            f"Usual are {', '.join(code(each) for each in USUAL)}; or write such as `3d`.",
        )
    length = int(found[1]) * _UNITS[found[2].lower()]
    side = "short" if length < _SHORTEST else "long"
    if not _SHORTEST <= length <= _LONGEST:
        raise BadInput(
            f"A window of {code(clip(text, 40))} is too {side}.",
            "It may be from `10m` to `400d`.",
        )
    return length


def known(word: str, text: str = "") -> Entry:
    """The metric of that name or title; raises UnknownWord."""
    plain = _plain(word)
    names = {**{_plain(each.title): each for each in ENTRIES.values()}, **ENTRIES}
    if plain in names:
        return names[plain]
    begun = {each.name: each for name, each in names.items() if name.startswith(plain)}
    if len(plain) >= 3 and len(begun) == 1:
        return next(iter(begun.values()))
    close = [names[each].name for each in difflib.get_close_matches(plain, names, 3, 0.5)]
    close = list(dict.fromkeys([*close, *begun]))[:3]
    meant = f"Did you mean {code(close[0])}? " if close else ""
    raise UnknownWord(
        f"There is no metric called {code(clip(word, 40))}.",
        f"{meant}There are: {', '.join(code(name) for name in ENTRIES)}.",
        tuple(f"metrics {text or '24h'} {name}" for name in close),
    )


def words(length: timedelta) -> str:
    """A window in words: "24 hours", "7 days"."""
    minutes = int(length.total_seconds() // 60)
    if minutes % 1_440 == 0 and minutes > 1_440:
        return f"{minutes // 1_440} days"
    if minutes % 60 == 0:
        hours = minutes // 60
        return "hour" if hours == 1 else f"{hours} hours"
    return f"{minutes} minutes"


def _plain(word: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", word.lower()))
