"""Which backup a person means: an id, a day, the end of an id, or the last good one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.backups import kept
from bot.backups.shelf import last_good
from bot.command import Choice
from bot.errors import BadInput
from handlers.backups.words import size, span

if TYPE_CHECKING:
    from datetime import datetime

    from bot.backups import KeptBackup
    from bot.command import Arguments, Context

LAST = frozenset({"", "last", "last-good", "latest", "newest"})
SECONDS = 30.0
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")


async def everything(context: Context) -> tuple[KeptBackup, ...]:
    """Newest first; raises StorageFailure or NotConfigured."""
    now = context.runtime.now()
    return await kept(context.settings, context.clients, deadline=SECONDS, now=now)


async def offered(context: Context, _arguments: Arguments) -> list[Choice]:
    """Good ones, the newest first."""
    now = context.runtime.now()
    return [
        Choice(each.id, f"Restore {each.id[:8]}", about(each, now))
        for each in await everything(context)
        if each.good
    ]


def about(backup: KeptBackup, now: datetime) -> str:
    """Age, size and proof, in words."""
    told = f"{span(backup.age(now))} old"
    if backup.manifest is not None:
        told += f", {size(backup.manifest.bytes)}, {backup.manifest.rows:,} rows"
    return f"{told}, {'verified' if backup.verified else 'not verified'}"


async def wanted(context: Context, text: str) -> KeptBackup:
    """Raises BadInput, which lists the newest ones, StorageFailure or NotConfigured."""
    return choose(await everything(context), text)


def choose(backups: Sequence[KeptBackup], text: str) -> KeptBackup:
    """Out of all, newest first. Of several of a day, the newest good one. Pure."""
    asked = text.strip().strip("`").lower()
    if not backups:
        raise BadInput(
            "There is no backup.", "Make one.", offers=(("Make a backup now", "backup now"),)
        )
    if asked in LAST:
        # One made right before a restore holds what the restore was to get rid of.
        meant = [each for each in backups if not each.safety]
        good = last_good(meant) or last_good(backups)
        if good is None:
            raise BadInput(
                "None of the backups is good.",
                "See why; then make a new one.",
                offers=(("Show backups", "backups"), ("Make a backup now", "backup now")),
            )
        return good
    if found := next((each for each in backups if each.id == asked), None):
        return found
    if day := _DAY.fullmatch(asked):
        of_day = [each for each in backups if each.id.startswith("".join(day.groups()))]
        if of_day:
            return next((each for each in of_day if each.good), of_day[0])
    ending = [each for each in backups if len(asked) >= 4 and each.id.endswith(asked)]
    if len(ending) == 1:
        return ending[0]
    newest = ", ".join(f"`{each.id}`" for each in backups[:3])
    raise BadInput(
        f"There is no backup `{text[:40]}`.",
        f"A day such as `{backups[0].id[:8]}`, an id, or `last`; the newest are {newest}.",
        offers=(("Show backups", "backups"),),
    )
