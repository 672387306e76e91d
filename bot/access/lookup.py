"""Access: who may do what, asked before every command and again at every approval."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.access import restrictions
from bot.access.approvers import Approvers, KnownGroup, approvers
from bot.access.decision import Decision, decide
from bot.access.standing import Facts, Standing, standing_of
from bot.blocks import escape
from bot.channels import Place
from bot.command import Command, Person, Role, Surface
from bot.groups import Membership
from bot.settings import is_group

if TYPE_CHECKING:
    from bot.directory import Directory
    from bot.settings import Settings

_SHOWN = 10  # people and groups named in a refusal
_NOBODY = "Nobody has it yet: an owner of `pitchey.toml` adds people under `[roles]`."


class Access:
    """One per process. `role` says where a person stands, `permit` whether a command may run.

    Without `connect` (the terminal) there is no workspace: ids in the settings are taken as
    they stand, and user groups cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._directory: Directory | None = None

    def connect(self, directory: Directory) -> None:
        """From now on ask that workspace."""
        self._directory = directory

    async def role(
        self,
        person: Person,
        surface: Surface,
        _channel: str = "",
        *,
        newer_than: float = math.inf,
    ) -> Standing:
        """Where the person stands. Raises nothing: what cannot be read is in the answer.

        Asks Slack only for what is not remembered, or was read more than `newer_than` seconds
        ago, and waits three seconds for it at most.
        """
        roles = self._settings.roles
        if surface in (Surface.TERMINAL, Surface.SCHEDULE):
            return Standing(roles.terminal, f"`[roles] terminal` gives {roles.terminal.word}.")
        facts, memberships = await asyncio.gather(
            self._facts(person.id, newer_than), self._memberships(person.id, newer_than)
        )
        return standing_of(person.id, roles, facts, memberships)

    async def permit(
        self,
        command: Command,
        arguments: Mapping[str, Any],
        standing: Standing,
        surface: Surface,
        channel: str = "",
    ) -> Decision:
        """May it run, here? To be asked again at each press and each approval."""
        settings, place = self._settings, None
        if surface is not Surface.TERMINAL:
            limited = restrictions.matching(command, settings, arguments)
            place = await self.place(surface, channel) if limited else Place(channel)
        decision = decide(command, standing, place, settings, arguments)
        if decision.missing is None:
            return decision
        holders = await self.holders(decision.missing)
        hint = f"These have it: {_listed(holders)}." if holders else _NOBODY
        if decision.missing is not Role.ADMIN:
            hint = f"{hint} Higher roles include it."
        return replace(decision, hint=hint)

    async def place(self, surface: Surface, channel: str) -> Place | None:
        """Where that is; None for the terminal, where limits do not hold."""
        if surface is Surface.TERMINAL:
            return None
        if self._directory is None:
            direct = channel.startswith("D")
            return Place(channel, direct=direct, trouble="" if direct else "Slack is not connected")
        return await self._directory.channels.place(channel)

    async def holders(self, role: Role) -> tuple[str, ...]:
        """Who has at least that role, as text that mentions nobody; lesser roles first."""
        entries = [
            entry
            for held in sorted(Role)
            if held >= role
            for entry in self._settings.roles.named(held)
        ]
        told = await asyncio.gather(
            *(self._holder(entry) for entry in dict.fromkeys(entries)),
        )
        return tuple(text for text in told if text)

    def approvers(self, role: Role, requester: str) -> Approvers:
        """Who else may approve what needs that role, from what is remembered; asks nobody."""
        directory = self._directory

        def group(written: str) -> KnownGroup:
            if directory is None:
                return KnownGroup(escape(written), None)
            return KnownGroup(*directory.groups.known(written))

        def barred(person_id: str) -> bool:
            return directory is not None and directory.people.barred(person_id)

        return approvers(self._settings.roles, role, requester, group, barred)

    async def _facts(self, person_id: str, newer_than: float) -> Facts:
        if self._directory is None:
            return Facts()
        people = self._directory.people
        reading = await people.member(person_id, newer_than=newer_than)
        if reading.value is not None and reading.value.barred:
            return Facts(barred=reading.value.barred)  # once barred, silence does not lift it
        if reading.value is None or reading.trouble is not None:
            return Facts(unread=f"could not be read from Slack ({people.reason(reading)})")
        return Facts()

    async def _memberships(self, person_id: str, newer_than: float) -> dict[str, Membership]:
        """The groups that could give more than the person's own id does, as written."""
        roles = self._settings.roles
        own = max((role for role in Role if person_id in roles.named(role)), default=None)
        wanted = [
            entry
            for role in Role
            if own is None or role > own
            for entry in roles.named(role)
            if is_group(entry)
        ]
        found = await asyncio.gather(*(self._membership(entry, newer_than) for entry in wanted))
        return dict(zip(wanted, found, strict=True))

    async def _membership(self, written: str, newer_than: float = math.inf) -> Membership:
        if self._directory is None:
            why = f"the user group {written} could not be read (Slack is not connected)"
            return Membership(written, None, why)
        return await self._directory.groups.membership(written, newer_than=newer_than)

    async def _holder(self, entry: str) -> str:
        if not is_group(entry):
            return await self._person(entry)
        membership = await self._membership(entry)
        title = escape(membership.title)
        if membership.people is None:
            return f"{title} (could not be read)"
        people = sorted(membership.people)[:_SHOWN]
        names = [name for name in await asyncio.gather(*map(self._person, people)) if name]
        more = len(membership.people) - len(people)
        return f"{title} ({_listed(names, more)})" if names else f"{title} (nobody in it now)"

    async def _person(self, person_id: str) -> str:
        """The name; nothing for who is barred, the id where Slack does not tell."""
        if self._directory is None:
            return person_id
        reading = await self._directory.people.member(person_id)
        if reading.value is None:
            return person_id
        return "" if reading.value.barred else escape(reading.value.name)


def _listed(names: tuple[str, ...] | list[str], more: int = 0) -> str:
    more += len(names[_SHOWN:])
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more else "")
