"""Lengths of time, counts and lists in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.phrases import how_old


def ago(length: timedelta) -> str:
    """12 s ago, 2 days ago."""
    return f"{how_old(length)} ago"


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
