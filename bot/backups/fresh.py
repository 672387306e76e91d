"""A backup that is fresh enough to go on: the one that is there, or one made now."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.encryption import recipient_of
from bot.backups.shelf import KeptBackup, newest_good
from bot.backups.snapshot import BeingMade
from bot.backups.taking import Say, take
from bot.command import Person
from bot.journal import says_first

if TYPE_CHECKING:
    from bot.backups.manifest import Label
    from bot.runtime import Runtime
    from bot.settings import Settings

_LISTING = 20.0
_LOOK = 3.0  # seconds between two looks whether the other backup has ended


async def fresh_or_new(
    runtime: Runtime,
    settings: Settings,
    *,
    label: Label | str,
    person: Person,
    say: Say,
    after: datetime | None = None,
) -> tuple[KeptBackup, bool]:
    """A good backup not older than `[backups] fresh_hours`, whose rows are those of a time past
    `after`; True where it was made for this. One that is being made is waited for. Raises OpsError.
    """
    with needed():
        while True:
            if (found := await fresh(runtime, settings, after=after)) is not None:
                return found, False
            try:
                made = await take(
                    settings, runtime.clients, runtime.store, label=label, person=person, say=say,
                    waits=False,
                )  # fmt: skip
            except BeingMade as other:
                await say(f"Waiting. {other.message}")
            else:
                return made, True
            await asyncio.sleep(_LOOK)


def needed() -> AbstractContextManager[None]:
    """What fails inside says first what it keeps from happening."""
    return says_first(
        "It does not go on without a fresh backup.", after=(("Make a backup now", "backup now"),)
    )


async def fresh(
    runtime: Runtime, settings: Settings, *, after: datetime | None = None
) -> KeptBackup | None:
    """The newest good one, where it is fresh and past `after`. Raises StorageFailure."""
    now = runtime.now()
    found = await newest_good(settings, runtime.clients, deadline=_LISTING, now=now)
    if found is None or found.manifest is None:
        return None
    if not found.readable_with(recipient_of(settings)):
        return None  # nobody could go back to it
    old = now - found.data_from > timedelta(hours=settings.backups.fresh_hours)
    return None if old or (after is not None and found.data_from <= after) else found
