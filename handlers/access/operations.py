"""Gather what the person may do here, from the same decisions that guard every command."""

from __future__ import annotations

import asyncio
from itertools import groupby

from bot.access import Access, decide, restrictions
from bot.command import Catalogue, Command, Invocation, Role, Surface
from bot.settings import Settings
from handlers.access.result import Allowed, LimitHere, Missing, Profile

NO_LIMITS = "limits on channels do not hold in a terminal"


async def profile(
    access: Access, settings: Settings, catalogue: Catalogue, invocation: Invocation
) -> Profile:
    """The person's role here and what follows from it. Raises nothing of its own."""
    surface, channel = invocation.surface, invocation.channel
    standing, place = await asyncio.gather(
        access.role(invocation.person, surface, channel), access.place(surface, channel)
    )
    commands = sorted(
        (one for one in catalogue.commands if surface is Surface.TERMINAL or not one.terminal_only),
        key=lambda one: one.role,
    )
    may = [one for one in commands if decide(one, standing, None, settings).allowed]
    missing = []
    for role, refused in _by_role([one for one in commands if one not in may]):
        missing.append(Missing(role.word, refused, await access.holders(role)))
    doubts = [f"{one.trouble}: your role could not be confirmed" for one in standing.unconfirmed]
    if standing.unread:
        doubts.append(f"who you are {standing.unread}: only what reads works until it can be")
    return Profile(
        person=invocation.person.name,
        role=standing.role.word if standing.role else "none",
        why=standing.why,
        doubts=(
            *(f"{doubt[:1].upper()}{doubt[1:]}." for doubt in dict.fromkeys(doubts)),
            *standing.notes,
        ),
        allowed=tuple(Allowed(role.word, names) for role, names in _by_role(may)),
        missing=tuple(missing),
        limits=tuple(
            LimitHere(
                restrictions.what(limit),
                restrictions.where(limit),
                place is None or restrictions.allows(limit, place),
            )
            for limit in settings.limits
        ),
        here=restrictions.here(place) if place else NO_LIMITS,
    )


def _by_role(commands: list[Command]) -> list[tuple[Role, tuple[str, ...]]]:
    return [
        (role, tuple(one.name for one in group))
        for role, group in groupby(commands, key=lambda one: one.role)
    ]
