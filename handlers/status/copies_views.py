"""The copies of the bot that share a store, as lines of a message. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import code, escape
from bot.phrases import plural
from handlers.status.wording import length

if TYPE_CHECKING:
    from bot.store import Run
    from handlers.status.result import Status


def copies_lines(status: Status) -> list[str]:
    """Each process, where there are several or were."""
    if len(status.copies) < 2 and not (status.copies and status.lost):
        return []
    going = sum(each.leaving_at is None for each in status.copies)
    serve = "serves" if going == 1 else "serve"
    return [
        f"*Copies* {going} {serve} on this store",
        *(f"• {_copy(status, each)}" for each in status.copies),
    ]


def lost_words(status: Status) -> str:
    """Those that ended of late without saying so, while others serve; empty where none did."""
    if not (status.copies and status.lost):
        return ""
    ago = length((status.now - status.lost[0].heartbeat_at).total_seconds())
    noun = plural(len(status.lost), "copy", "copies")
    last = "" if len(status.lost) == 1 else "the last one "
    return f"{noun} ended without a clean stop, {last}{ago} ago"


def _copy(status: Status, run: Run) -> str:
    heard = "not heard of yet"
    if run.contact_at is not None:
        heard = f"{length((status.now - run.contact_at).total_seconds())} ago"
    up = length((status.now - run.started_at).total_seconds())
    leaving = ", *draining*: it is being stopped" if run.leaving_at else ""
    return f"{code(run.place)} {escape(run.version)}, up for {up}, Slack {heard}{leaving}"
