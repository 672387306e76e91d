"""Lengths of time, counts and moments as people say them. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta


def span(length: timedelta) -> str:
    """A length of time in its two largest units: `1 h 5 min`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return _two(seconds, 3_600, "h", 60, "min")
    return _two(seconds, 86_400, "d", 3_600, "h")


def elapsed(length: timedelta) -> str:
    """How long something ran: `0.4 s`, `40 s`, `2 min 5 s`, `1 h 3 min`, rounded."""
    exact = max(0.0, length.total_seconds())
    if exact < 1:
        return f"{exact:.1f} s"
    seconds = round(exact)
    return (
        _two(seconds, 60, "min", 1, "s") if 60 <= seconds < 3_600 else span(timedelta(0, seconds))
    )


def how_old(length: timedelta) -> str:
    """How old something is, in one unit: `12 s`, `4 min`, `3 h`, `2 days`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{seconds // 60} min"
    if seconds < 48 * 3_600:
        return f"{seconds // 3_600} h"
    return f"{seconds // 86_400} days"


def _two(seconds: int, large: int, unit: str, small: int, rest: str) -> str:
    left = seconds % large // small
    return f"{seconds // large} {unit} {left} {rest}" if left else f"{seconds // large} {unit}"


def took(length: timedelta | None) -> str:
    return "not recorded" if length is None else span(length)


def minutes(length: timedelta) -> str:
    """`12.5 min`: a loss is told to a tenth of a minute."""
    return f"{length.total_seconds() / 60:,.1f} min"


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 step`, `2 steps`; `many` where an s does not make it."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {many or noun + 's'}"


def utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
