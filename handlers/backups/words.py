"""Words of this feature, for operations and views alike. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.backups.words import size, span
from bot.phrases import plural

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from bot.backups.beside_databases import BesideDatabase

__all__ = ["lost_since", "old", "sessions", "size", "span", "standing"]


def sessions(count: int) -> str:
    """`No session`, `3 sessions`: how a sentence begins."""
    return plural(count, "session") if count else "No session"


def standing(each: BesideDatabase) -> str:
    """What a database beside the live one is: `restored of 20261128, 234,600 rows`."""
    if each.standing.value == "replaced":
        return f"was live, replaced by {each.by or 'somebody'}"
    of = f" of {each.backup}" if each.backup else ""
    rows = f", {each.rows:,} rows" if each.rows else ""
    return f"{each.standing.value}{of}{rows}"


def old(backup: KeptBackup, now: datetime) -> str:
    """`3 h old`, as far as anybody knows."""
    if backup.ahead:
        return f"of an age that nobody knows (it bears the time {backup.finished:%Y-%m-%d %H:%M})"
    return f"{span(backup.age(now))} old"


def lost_since(backup: KeptBackup, now: datetime) -> str:
    """What a copy of it lacks: `what was written in the last 3 h`."""
    return f"what was written {'since it was made' if backup.ahead else _last(backup, now)}"


def _last(backup: KeptBackup, now: datetime) -> str:
    return f"in the last {span(backup.age(now))}"
