"""Quantities and statements in words, for this feature's views. Pure."""

from __future__ import annotations

import re

from bot.frozen import quoted
from bot.quantities import counted, lasting, percent, size
from bot.statements import without_literals

__all__ = [
    "bare",
    "counted",
    "gain",
    "lasting",
    "listed",
    "percent",
    "short",
    "shown",
    "size",
    "without_literals",
    "word",
]

_NOTHING = 100_000  # bytes; maps of free space come and go
_PLAIN = re.compile(r"[\w./-]+")


def word(name: str) -> str:
    """A name as one word of a command line."""
    return name if _PLAIN.fullmatch(name) else quoted(name)


def bare(text: str) -> str:
    """Without the marks of code, where they would be shown as they are."""
    return text.replace("`", "")


def short(name: str) -> str:
    """A table's name without the schema that everybody means."""
    return name.removeprefix("public.")


def gain(count: float) -> str:
    """Bytes won or lost, with its sign in words."""
    if abs(count) < _NOTHING:
        return "no space gained"
    return f"{size(count)} gained" if count > 0 else f"{size(-count)} more used"


def shown(statement: str, most: int = 120) -> str:
    """A statement without its texts and numbers, on one line, short."""
    text = without_literals(statement)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def listed(names: list[str] | tuple[str, ...], most: int = 5) -> str:
    """The first names, and how many more."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")
