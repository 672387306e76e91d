"""Lengths of time, counts and lists in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta


def ago(length: timedelta) -> str:
    """12 s ago, 4 min ago, 3 h ago, 2 days ago."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} s ago"
    if seconds < 90 * 60:
        return f"{seconds // 60} min ago"
    if seconds < 48 * 3_600:
        return f"{seconds // 3_600} h ago"
    return f"{seconds // 86_400} days ago"


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
