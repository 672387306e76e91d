"""Lengths of time, people and standings in words. Pure."""

from __future__ import annotations

from datetime import timedelta

SIGNS = {
    "done": ":white_check_mark:",
    "skipped": ":fast_forward:",
    "failed": ":x:",
    "running": ":hourglass_flowing_sand:",
    "ready": ":white_medium_square:",
    "waiting": ":white_small_square:",
    "undecided": ":white_small_square:",
    "not needed": ":heavy_minus_sign:",
}


def span(length: timedelta) -> str:
    """`41 h`, `2 d 3 h`, `18 min`, `40 s`; a negative length as a positive one."""
    seconds = abs(int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    hours, minutes = seconds // 3_600, seconds % 3_600 // 60
    if hours < 6 and minutes:
        return f"{hours} h {minutes} min"
    if hours < 100:
        return f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def rough(length: timedelta) -> timedelta:
    """In steps that grow with the length, so that a card is not edited every few seconds."""
    seconds = int(length.total_seconds())
    size = abs(seconds)
    unit = 60 if size < 600 else 300 if size < 3_600 else 900 if size < 21_600 else 3_600
    return timedelta(seconds=round(seconds / unit) * unit)
