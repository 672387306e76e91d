"""Who is on call, and standing in for somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import clip, code
from bot.command import Person
from bot.errors import BadInput
from bot.oncall import duty, following
from bot.settings.values import is_group
from handlers.oncall.result import ContactList, LevelDuty, OncallNow

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import Override

LONGEST = timedelta(days=60)
_DURATION = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.IGNORECASE)
_MINUTES = {"m": 1, "min": 1, "h": 60, "d": 1_440, "w": 10_080}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stand-in: for how long, beginning when from now, on which level."""

    lasting: timedelta
    starting_in: timedelta
    level: str


async def read_oncall(runtime: Runtime) -> OncallNow:
    """Every level now and next."""
    now, settings = runtime.now(), runtime.settings
    overrides = runtime.store.oncall.current(now)
    zone = settings.team.timezone
    levels = []
    for level in settings.contacts.escalation:
        held = duty(settings.oncall, overrides, level.level, now, zone)
        after = following(settings.oncall, overrides, level.level, now, zone)
        levels.append(
            LevelDuty(
                level,
                held,
                await _names(runtime, held.holders),
                after,
                await _names(runtime, after.holders if after else ()),
            )
        )
    coming = tuple(each for each in overrides if each.starts_at > now)
    return OncallNow(tuple(levels), coming, now, zone)


async def read_contacts(runtime: Runtime) -> ContactList:
    found = await read_oncall(runtime)
    return ContactList(found.levels, runtime.settings.contacts.providers)


def understood(text: str, levels: tuple[str, ...]) -> Wanted:
    """Reads `[in 2h] for 8h [level L1]`; raises BadInput."""
    words = [word for word in text.split() if word.lower() != "level"]
    level = levels[0] if levels else ""
    named = [word for word in words if word.upper() in levels]
    if named:
        level, words = named[0].upper(), [word for word in words if word not in named]
    wait = timedelta()
    if len(words) > 1 and words[0].lower() == "in":
        wait, words = _duration(words[1]), words[2:]
    if words and words[0].lower() == "for":
        words = words[1:]
    if not words:
        raise BadInput("For how long?", "Such as `oncall override @ana for 8h level L1`.")
    if len(words) > 1:
        known = ", ".join(levels)
        raise BadInput(
            f"{code(clip(words[1], 40))} is no level.", f"Levels are {known or 'not set'}."
        )
    return Wanted(_duration(words[0]), wait, level)


async def override(runtime: Runtime, person_id: str, wanted: Wanted, by: Person) -> Override:
    """Let the person answer on that level; raises BadInput for somebody who cannot."""
    person = Person(person_id, person_id)
    if runtime.directory is not None:
        member = (await runtime.directory.people.member(person_id)).value
        if member is not None and member.barred:
            raise BadInput(f"<@{person_id}> cannot be on call: {member.barred}.")
        person = Person(person_id, member.name if member else person_id)
    starts = runtime.now() + wanted.starting_in
    return runtime.store.oncall.add(wanted.level, person, starts, starts + wanted.lasting, by)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadInput(
            f"{code(clip(text, 40))} is not a length of time.", "Write it as `8h`, `2d` or `1w`."
        )
    span = timedelta(minutes=int(found[1]) * _MINUTES[found[2].lower()])
    if not timedelta() < span <= LONGEST:
        raise BadInput("It lasts from 1 minute to 60 days.")
    return span


async def _names(runtime: Runtime, holders: tuple[str, ...]) -> tuple[str, ...]:
    directory = runtime.directory
    names = []
    for holder in holders:
        if directory is None:
            names.append(holder)
        elif not is_group(holder):
            names.append(await directory.people.name(holder))
        else:
            group = await directory.groups.membership(holder)
            inside = [await directory.people.name(each) for each in sorted(group.people or ())]
            tail = f" ({', '.join(inside)})" if inside else f" ({group.trouble or 'nobody'})"
            names.append(group.title + tail)
    return tuple(names)
