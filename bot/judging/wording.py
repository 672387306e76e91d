"""Numbers and lists as words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.phrases import plural

_NUMBER_AND_UNIT = re.compile(
    r"(?<=\d) (?=(?:ms|s|%|bytes|[kMG]B|minutes?|hours?|days?)(?!\w))", re.ASCII
)


def duration(milliseconds: float) -> str:
    """412 ms; 12.3 s from ten seconds on."""
    if milliseconds >= 9_999.5:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms"


def age(hours: float) -> str:
    """40 minutes, 5 hours, 3 days."""
    if hours < 1:
        return plural(max(0, round(hours * 60)), "minute")
    return plural(round(hours), "hour") if hours < 72 else plural(round(hours / 24), "day")


def listed(names: Sequence[str], most: int = 4) -> str:
    """a; a and b; a, b and c; longer ones end in "2 more"."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def size(count: float) -> str:
    """20 bytes, 1.5 MB."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            digits = 0 if count >= 10 or unit == "bytes" else 1
            return f"{count:.{digits}f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return _NUMBER_AND_UNIT.sub("\u00a0", text)
