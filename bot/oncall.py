"""Who is on call now and next: `[oncall]`, its rotations, and overrides. Pure but for `callees`.

on_call = callees(runtime, "L1", runtime.now())   # await it; .mentions goes into a message
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.blocks import escape
from bot.settings.oncall import WEEKDAYS, OncallLevel
from bot.settings.values import is_group

if TYPE_CHECKING:
    from bot.command import Person
    from bot.runtime import Runtime
    from bot.settings.oncall import Oncall
    from bot.store import Override

MOST_MENTIONED = 15
OVERRIDE, ROTATION, ALWAYS, NOBODY = "override", "rotation", "always", "nobody"


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answers on a level at a moment: ids of people and user groups, as the settings write.

    `until` is when somebody else takes over (UTC), None where nobody does. `by` is who asked for
    an override.
    """

    level: str
    holders: tuple[str, ...]
    why: str
    until: datetime | None = None
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Callees:
    """`mentions` calls them in a message of Slack's; `people` are ids, where they are known.

    `trouble` says in words why somebody may be missing; both are empty where nobody is named.
    """

    level: str
    people: tuple[str, ...]
    mentions: str
    trouble: str = ""


def duty(
    settings: Oncall, overrides: Sequence[Override], level: str, moment: datetime, zone: str
) -> Duty:
    """Who answers on that level at that moment. Of overrides the newest one wins."""
    own = [each for each in overrides if each.level == level]
    holding = max((each for each in own if each.holds(moment)), key=lambda o: o.id, default=None)
    coming = min((each.starts_at for each in own if each.starts_at > moment), default=None)
    if holding is not None:
        until = min(holding.ends_at, coming or holding.ends_at)
        return Duty(level, (holding.person.id,), OVERRIDE, until, holding.by)
    named = settings.level(level)
    if named.rotation:
        holder, until = _turn(named, moment, zone)
        return Duty(level, (holder,), ROTATION, min(until, coming or until))
    return Duty(level, named.people, ALWAYS if named.people else NOBODY, coming)


def following(
    settings: Oncall, overrides: Sequence[Override], level: str, moment: datetime, zone: str
) -> Duty | None:
    """Who takes over after the one of that moment; None where nobody does."""
    present = duty(settings, overrides, level, moment, zone)
    look = present
    # An override may end inside the same person's turn: that is no handover.
    for _ in range(len(settings.level(level).rotation) + 2 * len(overrides) + 1):
        if look.until is None:
            return None
        look = duty(settings, overrides, level, look.until, zone)
        if look.holders != present.holders:
            return look
    return None


def handover(level: OncallLevel, moment: datetime, zone: str) -> datetime:
    """The end of the turn that the moment lies in, UTC."""
    return _turn(level, moment, zone)[1]


async def callees(runtime: Runtime, level: str, moment: datetime) -> Callees:
    """Whom to call on that level: user groups resolved to the people in them, where Slack tells."""
    held = duty(
        runtime.settings.oncall,
        runtime.store.oncall.current(moment),
        level,
        moment,
        runtime.settings.team.timezone,
    )
    people: list[str] = []
    mentions: list[str] = []
    troubles: list[str] = []
    for holder in held.holders:
        if not is_group(holder):
            people.append(holder)
            mentions.append(f"<@{holder}>")
            continue
        membership = None
        if runtime.directory is not None:
            membership = await runtime.directory.groups.membership(holder)
        if membership is not None and membership.people is not None:
            people += sorted(membership.people)
            mentions += [f"<@{each}>" for each in sorted(membership.people)]
            troubles += [membership.note] if membership.note else []
            continue
        mentions.append(escape(holder) if holder.startswith("@") else f"<!subteam^{holder}>")
        troubles.append(membership.trouble if membership else "Slack is not at hand")
    told = list(dict.fromkeys(mentions))
    return Callees(
        level,
        tuple(dict.fromkeys(people)),
        " ".join(told[:MOST_MENTIONED]),
        "; ".join(each for each in troubles if each),
    )


def unnamed(runtime: Runtime, moment: datetime) -> frozenset[str]:
    """The levels of the escalation for which nobody is named then: calling them reaches nobody."""
    settings = runtime.settings
    overrides, zone = runtime.store.oncall.current(moment), settings.team.timezone
    return frozenset(
        each.level
        for each in settings.contacts.escalation
        if not duty(settings.oncall, overrides, each.level, moment, zone).holders
    )


def _turn(level: OncallLevel, moment: datetime, zone: str) -> tuple[str, datetime]:
    """Whose turn it is, and when it ends. Turns are counted in days of the calendar there, so
    that a day of 23 or 25 hours moves nothing."""
    place = ZoneInfo(zone)
    local = moment.astimezone(place)
    day = local.date() - timedelta(days=1 if local.hour < level.handover_hour else 0)
    first = _first_day(level)
    number = (day - first).days // level.turn_days
    last = first + timedelta(days=(number + 1) * level.turn_days)
    ends = datetime.combine(last, time(level.handover_hour), place).astimezone(UTC)
    return level.rotation[number % len(level.rotation)], ends


def _first_day(level: OncallLevel) -> date:
    wanted = WEEKDAYS.index(level.handover_weekday)
    return level.begins + timedelta(days=(wanted - level.begins.weekday()) % 7)
