"""User groups: who is in them now, by `S…` id or `@handle`."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.readings import WAIT_SECONDS, Clock, Reading, Readings, reason

if TYPE_CHECKING:
    from bot.slack_calls import Slack

FRESH_SECONDS = 300.0
USABLE_SECONDS = 3_600.0  # how old a reading may be while Slack does not answer
SCOPE = "usergroups:read"


@dataclass(frozen=True, slots=True)
class Group:
    """One user group as usergroups.list tells; `gone` says why it gives nothing any more."""

    id: str
    handle: str
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """The people of a group; None where `trouble` says why they are not known.

    `title` is the group as text that mentions nobody. `note` is set where the reading is old.
    """

    title: str
    people: frozenset[str] | None
    trouble: str = ""
    note: str = ""


class Groups:
    """Asks usergroups.list and usergroups.users.list, and remembers both for five minutes."""

    def __init__(self, slack: Slack, clock: Clock = time.monotonic) -> None:
        self._slack = slack
        self._all = Readings(self._read_all, FRESH_SECONDS, clock)
        self._people = Readings(self._read_people, FRESH_SECONDS, clock)

    async def membership(
        self, written: str, wait: float = WAIT_SECONDS, newer_than: float = math.inf
    ) -> Membership:
        """Who is in the group that the settings write as `@handle` or `S…`."""
        until = time.monotonic() + wait
        groups = await self._all.get("", wait)
        if not _usable(groups):
            return _unread(written, groups)
        group = (groups.value or {}).get(written.lower())
        if group is None:
            return Membership(written, None, f"there is no user group {written}")
        title = f"@{group.handle}"
        if group.gone:
            return Membership(title, None, f"the user group {title} {group.gone}")
        people = await self._people.get(group.id, until - time.monotonic(), newer_than)
        if people.value is None or not _usable(people):
            return _unread(title, people)
        ages = [one.age for one in (groups, people) if one.trouble is not None]
        return Membership(title, people.value, note=_note(title, max(ages, default=None)))

    def title(self, written: str) -> str:
        """The group as text, from what is known: `@oncall` for `S034`."""
        group = (self._all.known("") or {}).get(written.lower())
        return f"@{group.handle}" if group else written

    def known(self, written: str) -> tuple[str, frozenset[str] | None]:
        """How a message mentions the group, and who is in it, from what was read before."""
        group = (self._all.known("") or {}).get(written.lower())
        if group is None or group.gone:
            return written, None if group is None else frozenset()
        return f"<!subteam^{group.id}|@{group.handle}>", self._people.known(group.id)

    def renew(self) -> None:
        """Read again in the background what will end soon."""
        self._all.renew()
        self._people.renew()

    async def settled(self) -> None:
        """Wait until nothing is being read any more."""
        await self._all.settled()
        await self._people.settled()

    async def aclose(self) -> None:
        await self._all.aclose()
        await self._people.aclose()

    async def _read_all(self, _key: str) -> dict[str, Group]:
        answer = await self._slack.call(self._slack.web.usergroups_list, include_disabled=True)
        return groups_by_name(answer)

    async def _read_people(self, group_id: str) -> frozenset[str]:
        answer = await self._slack.call(
            self._slack.web.usergroups_users_list, usergroup=group_id, include_disabled=False
        )
        return frozenset(map(str, answer.get("users") or ()))


def groups_by_name(answer: Mapping[str, Any]) -> dict[str, Group]:
    """The groups of a usergroups.list answer by id and by @handle, both in small letters."""
    found: dict[str, Group] = {}
    for entry in answer.get("usergroups") or ():
        gone = ""
        if entry.get("date_delete") or entry.get("deleted_by"):
            gone = "is disabled in Slack"
        elif entry.get("is_external"):
            gone = "belongs to another workspace"
        group = Group(str(entry.get("id", "")), str(entry.get("handle", "")), gone)
        found[group.id.lower()] = group
        # A live group wins its handle over a disabled one that had it before.
        if not gone or f"@{group.handle}".lower() not in found:
            found[f"@{group.handle}".lower()] = group
    return found


def _usable(reading: Reading[Any]) -> bool:
    return reading.value is not None and (not reading.trouble or reading.age < USABLE_SECONDS)


def _unread(title: str, reading: Reading[Any]) -> Membership:
    why = reason(reading.trouble, SCOPE) if reading.trouble else "no answer"
    return Membership(title, None, f"the user group {title} could not be read ({why})")


def _note(title: str, age: float | None) -> str:
    if age is None:
        return ""
    minutes = max(1, round(age / 60))
    return (
        f"Slack does not answer: who is in {title} was read {minutes} "
        f"minute{'' if minutes == 1 else 's'} ago"
    )
