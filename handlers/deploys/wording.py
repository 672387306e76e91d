"""Signs, versions, shares and lengths of time in words. Pure."""

from __future__ import annotations

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
