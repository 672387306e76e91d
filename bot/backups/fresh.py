"""A backup that is fresh enough to go on: the one that is there, or one made now."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.encryption import recipient_of
from bot.backups.shelf import KeptBackup, newest_good
from bot.backups.snapshot import BeingMade
from bot.backups.taking import Say, take
from bot.command import Person
from bot.journal import says_first
from bot.phrases import elapsed

if TYPE_CHECKING:
    from bot.backups.manifest import Label
    from bot.runtime import Runtime
    from bot.settings import Settings

_LISTING = 20.0  # seconds
_LOOK = 3.0  # seconds between two looks whether the other backup has ended


@dataclass(frozen=True, slots=True)
class Standing:
    """What a deployment or migration would go on with: that backup, or a new one where it is None.

    `words` are for the lines of a plan.
    """

    usable: KeptBackup | None
    words: str


async def standing(
    runtime: Runtime,
    settings: Settings,
    *,
    after: datetime | None = None,
    deadline: float = _LISTING,
) -> Standing:
    """The newest good backup, judged; `after` as for `fresh_or_new`. Raises StorageFailure."""
    now = runtime.now()
    found = await newest_good(settings, runtime.clients, deadline=deadline, now=now)
    return judged(found, now=now, settings=settings, after=after)


def judged(
    found: KeptBackup | None, *, now: datetime, settings: Settings, after: datetime | None = None
) -> Standing:
    """Whether one may go on with that backup. Pure."""
    hours = settings.backups.fresh_hours
    if found is None:
        why = "there is none yet"
    elif found.manifest is None:
        why = f"{found.id} has no manifest to prove it by"
    elif not found.readable_with(recipient_of(settings)):
        why = f"the bot does not have the key of {found.id}"  # nobody could go back to it
    elif now - found.data_from > timedelta(hours=hours):
        why = f"the newest is {elapsed(now - found.data_from)} old, more than {hours:g} h"
    elif after is not None and found.data_from <= after:
        why = "the database has changed since the newest"
    else:
        return Standing(found, f"backup {aged(found, now)} (at most {hours:g} h)")
    return Standing(None, f"a backup is made first: {why}")


def aged(backup: KeptBackup, now: datetime) -> str:
    """How old the rows of one are with which one may go on."""
    age = max(timedelta(), now - backup.data_from)
    return f"{backup.id} is {elapsed(age)} old: fresh enough"


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
            found = await standing(runtime, settings, after=after)
            if found.usable is not None:
                return found.usable, False
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
