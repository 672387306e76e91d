"""Signs, versions, shares and lengths of time in words. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import code, escape

if TYPE_CHECKING:
    from bot.store.deploys_rows import DeployRecord

STATE_SIGNS = {
    "waiting": ":white_small_square:",
    "running": ":hourglass_flowing_sand:",
    "passed": ":white_check_mark:",
    "failed": ":x:",
    "not configured": ":grey_question:",
    "not run": ":heavy_minus_sign:",
    "skipped": ":fast_forward:",
    "not needed": ":heavy_minus_sign:",
}
OUTCOME_SIGNS = {
    "succeeded": ":white_check_mark:",
    "failed": ":x:",
    "rolled back": ":rewind:",
    "stopped": ":no_entry_sign:",
}


def span(length: timedelta, *, least: int = 0) -> str:
    """`40 s`, `3 min`, `2 h 5 min`; at least `least` seconds."""
    seconds = max(least, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min" + (f" {seconds % 60} s" if seconds % 60 else "")
    minutes = seconds % 3_600 // 60
    return f"{seconds // 3_600} h" + (f" {minutes} min" if minutes else "")


def tenths(seconds: float) -> str:
    """`0.4 s`; never `0.0 s`."""
    return f"{seconds:.1f} s" if seconds >= 0.05 else "less than 0.1 s"


def version_words(tag: str, version: str) -> str:
    """`v1.10.0 (3f2a1b9c)`, or the beginning of the id alone."""
    short = code(version[:8]) if version else ""
    if tag and short:
        return f"{escape(tag)} ({short})"
    return escape(tag) or short or "not known"


def new_words(run: DeployRecord) -> str:
    return version_words(run.tag, run.version) if run.version else escape(run.asked)


def old_words(run: DeployRecord) -> str:
    return version_words(run.previous_tag, run.previous)


def share(bad: int, requests: int) -> str:
    """`3 (0.5 %)`."""
    return f"{bad:,} ({bad / requests * 100:.1f} %)" if requests else "–"


def by(person_id: str, name: str) -> str:
    """A person as Slack shows them; people in a terminal have a name only."""
    if not person_id or person_id == "bot":
        return escape(name or "the bot")
    if person_id.startswith("terminal:"):
        return f"{escape(name)} (terminal)"
    return f"<@{person_id}>"
