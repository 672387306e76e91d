"""People of the workspace: their names, and whether they are members of it at all."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.command import Person
from bot.readings import WAIT_SECONDS, Clock, Reading, Readings, reason
from bot.slack_refusals import SlackRefused
from bot.together import together

if TYPE_CHECKING:
    from bot.slack_calls import Slack

FRESH_SECONDS = 600.0
NAMED_WITHIN = 1.0  # seconds; a name is not worth keeping the person waiting
TEAM_FRESH_SECONDS = 86_400.0
SCOPE = "users:read"
_SLACKBOT = "USLACKBOT"
_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


@dataclass(frozen=True, slots=True)
class Member:
    """One person as users.info tells. `barred` says why they have no role; empty for members."""

    handle: str
    name: str
    barred: str = ""


class People:
    """Asks `users.info` and remembers it for ten minutes; an id stands in where that fails."""

    def __init__(self, slack: Slack, clock: Clock = time.monotonic) -> None:
        self._slack = slack
        self._members = Readings(self._read, FRESH_SECONDS, clock)
        self._team = Readings(self._read_team, TEAM_FRESH_SECONDS, clock)

    async def named(self, person: Person) -> Person:
        """The person with their handle, for the audit log: a mention carries only an id."""
        if person.name != person.id:
            return person
        found = (await self.member(person.id, NAMED_WITHIN)).value
        return Person(person.id, found.handle) if found else person

    async def member(
        self, person_id: str, wait: float = WAIT_SECONDS, newer_than: float = math.inf
    ) -> Reading[Member]:
        """Who that is; the reading's trouble says why it could not be read."""
        return await self._members.get(person_id, wait, newer_than)

    async def name(self, person_id: str) -> str:
        """What to call the person in a sentence: their name, else the id."""
        known = self._members.known(person_id) or (await self.member(person_id)).value
        return known.name if known else person_id

    def barred(self, person_id: str) -> bool:
        """Is it known that this person has no role, whatever the settings say?"""
        known = self._members.known(person_id)
        return known is not None and bool(known.barred)

    def reason(self, reading: Reading[Member]) -> str:
        """Why the person could not be read, as the end of a sentence."""
        return reason(reading.trouble, SCOPE) if reading.trouble else "no answer"

    async def settled(self) -> None:
        """Wait until nothing is being read any more."""
        await self._members.settled()

    async def aclose(self) -> None:
        await self._members.aclose()
        await self._team.aclose()

    async def _read(self, person_id: str) -> Member:
        try:
            answer, team = await together(
                self._slack.call(self._slack.web.users_info, user=person_id),
                self._team.get("", float("inf")),
            )
        except SlackRefused as refused:
            if refused.code in _UNKNOWN:
                return Member(person_id, person_id, "Slack knows no such member of this workspace")
            raise
        if team.value is None and team.trouble is not None:
            raise team.trouble  # without our own workspace nobody can be told from a stranger
        return member(person_id, answer.get("user") or {}, team.value or "")

    async def _read_team(self, _key: str) -> str:
        return str((await self._slack.call(self._slack.web.auth_test)).get("team_id", ""))


def member(person_id: str, user: Mapping[str, Any], team_id: str) -> Member:
    """A user object (docs.slack.dev, user object) judged: only full members of `team_id` pass."""
    profile = user.get("profile") or {}
    handle = str(user.get("name") or person_id)
    name = str(user.get("real_name") or profile.get("real_name") or handle)
    return Member(handle, name, _barred(person_id, user, team_id))


def _barred(person_id: str, user: Mapping[str, Any], team_id: str) -> str:
    teams = {user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or ())}
    if user.get("deleted"):
        return "the account is deactivated"
    if user.get("is_bot") or person_id == _SLACKBOT:
        return "bots have no role"
    if user.get("is_stranger") or team_id not in teams or not team_id:
        return "people of another workspace have no role here"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guests of the workspace have no role"
    return ""
