"""Where a person stands: their role, which line of the settings gives it, what is unsure. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.command import Role
from bot.groups import Membership
from bot.settings import is_group

if TYPE_CHECKING:
    from bot.settings import Roles


@dataclass(frozen=True, slots=True)
class Facts:
    """What Slack says of the person: why no role is theirs, or why it said nothing."""

    barred: str = ""
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A user group that gives a role and could not be read; `trouble` says why."""

    role: Role
    trouble: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person may be here; `why` is one sentence.

    `excluded` people (guests, bots, other workspaces, deactivated) have no role whatever the
    settings say. `unread` says why Slack could not tell who the person is: then only commands
    that read and need no more than viewer may run. `notes` are true besides: how old a reading is.
    """

    role: Role | None
    why: str
    excluded: bool = False
    unread: str = ""
    unconfirmed: tuple[Unconfirmed, ...] = ()
    notes: tuple[str, ...] = ()


NOT_LOOKED_UP = Standing(None, "Your role was not looked up.")


def standing_of(
    person_id: str, roles: Roles, facts: Facts, memberships: Mapping[str, Membership]
) -> Standing:
    """The highest role that a line of `[roles]` gives; `memberships` by group as written there.

    A group that could not be read gives nothing and is told; groups below the role found are
    not asked for.
    """
    if facts.barred:
        return Standing(None, f"{_sentence(facts.barred)}, whatever the settings say.", True)
    found, why = _default(roles)
    unconfirmed: list[Unconfirmed] = []
    notes: list[str] = []
    for role in sorted(Role, reverse=True):
        if roles.default is not None and role < roles.default:
            break
        given = ""
        for entry in roles.named(role):
            if not is_group(entry):
                given = given or (f"`[roles] {role.word}` names you." * (entry == person_id))
                continue
            membership = memberships.get(entry)
            if membership is None:
                continue
            if membership.people is None:
                unconfirmed.append(Unconfirmed(role, membership.trouble))
                continue
            if membership.note:
                notes.append(_sentence(membership.note) + ".")
            if person_id in membership.people and not given:
                given = f"`[roles] {role.word}` names {membership.title}, and you are in it."
        if given:
            found, why = role, given
            break
    unsure = tuple(one for one in unconfirmed if found is None or one.role > found)
    if facts.unread and found is not None:
        found = min(found, Role.VIEWER)
    return Standing(found, why, False, facts.unread, unsure, tuple(dict.fromkeys(notes)))


def _default(roles: Roles) -> tuple[Role | None, str]:
    if roles.default is None:
        return None, 'Nothing in `[roles]` names you, and its default is "none".'
    return roles.default, f"`[roles] default` gives everybody {roles.default.word}."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
