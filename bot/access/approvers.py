"""Who besides the requester may approve: the lines of `[roles]`, as text that calls them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.command import Role
from bot.settings import is_group

if TYPE_CHECKING:
    from bot.settings import Roles

PEOPLE_CALLED = 5
GROUPS_CALLED = 3


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group as far as it was read: how to mention it, and its people; None where unread."""

    mention: str
    people: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Approvers:
    """`people` and `groups` as mentions; `more` people are not named; `anybody` has the role."""

    role: Role
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    more: int = 0
    anybody: bool = False

    @property
    def sentence(self) -> str:
        """Who may approve, or that nobody can, and what then helps."""
        higher = "" if self.role is Role.ADMIN else " or a higher one"
        has = f"the role *{self.role.word}*{higher}"
        if self.anybody:
            return f"Anybody else here may approve it: everybody has {has}."
        names = [*self.groups, *self.people]
        if self.more:
            names.append(f"{self.more} more")
        if not names:
            return f"Nobody else has {has}: an owner of `pitchey.toml` adds people under `[roles]`."
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
        return f"May be approved by {listed}: they have {has}."


def approvers(
    roles: Roles,
    role: Role,
    requester: str,
    group: Callable[[str], KnownGroup],
    barred: Callable[[str], bool],
) -> Approvers:
    """Lesser roles first: they are the ones to ask. Whoever is in a named group is in there."""
    people: list[str] = []
    groups: list[str] = []
    for held in sorted(Role):
        for entry in roles.named(held) if held >= role else ():
            if not is_group(entry):
                if entry != requester and not barred(entry):
                    people.append(f"<@{entry}>")
                continue
            known = group(entry)
            if known.people is None or known.people - {requester}:
                groups.append(known.mention)
    named, called = list(dict.fromkeys(people)), list(dict.fromkeys(groups))
    return Approvers(
        role,
        tuple(named[:PEOPLE_CALLED]),
        tuple(called[:GROUPS_CALLED]),
        len(named[PEOPLE_CALLED:]),
        roles.default is not None and roles.default >= role,
    )
