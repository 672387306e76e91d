"""Who is a member: the user object judged, and users.info remembered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.command import Person, Role
from bot.people import member
from bot.sandbox.workspace import ANA, DEPLOYER, DORA, GUS, VIC
from bot.settings import Roles
from tests.access.stage import stage

FULL = {"id": "U1", "team_id": "T1", "name": "ana", "real_name": "Ana Lima"}
EVERYTHING = Roles(default=Role.ADMIN, admin=(GUS, DORA, DEPLOYER, "USLACKBOT", "@oncall"))


@pytest.mark.parametrize(
    ("user", "barred"),
    [
        ({}, ""),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, ""),
        ({"is_restricted": True}, "guests"),
        ({"is_restricted": True, "is_ultra_restricted": True}, "guests"),
        ({"is_stranger": True}, "another workspace"),
        ({"team_id": "T2"}, "another workspace"),
        ({"team_id": None}, "another workspace"),
        ({"is_bot": True}, "bots"),
        ({"deleted": True}, "deactivated"),
        ({"deleted": True, "is_admin": True, "is_owner": True}, "deactivated"),
    ],
)
def test_only_full_members_of_our_workspace_pass(user: dict[str, Any], barred: str) -> None:
    found = member("U1", FULL | user, "T1")
    assert (found.handle, found.name) == ("ana", "Ana Lima")
    assert barred in found.barred
    assert bool(found.barred) == bool(barred)


def test_without_our_own_workspace_nobody_passes() -> None:
    assert member("U1", FULL, "").barred
    assert member("U1", {}, "T1").barred


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (GUS, "Guests of the workspace have no role, whatever the settings say."),
        (DORA, "The account is deactivated, whatever the settings say."),
        (DEPLOYER, "Bots have no role, whatever the settings say."),
        ("USLACKBOT", "Bots have no role, whatever the settings say."),
        ("U0NOBODY01", "Slack knows no such member of this workspace, whatever the settings say."),
    ],
)
async def test_the_real_guest_and_the_others_have_no_role(person: str, why: str) -> None:
    async with stage() as slack:
        slack.workspace.user_groups["S0ONCALL01"].person_ids.append(person)
        standing = await slack.role(EVERYTHING, person)
    assert (standing.role, standing.excluded, standing.why) == (None, True, why)


async def test_when_slack_fails_a_viewer_reads_and_nothing_more() -> None:
    async with stage() as slack:
        slack.faults.switch("slack_invalid_auth", True)
        standing = await slack.role(Roles(admin=(ANA,)), ANA)
    assert standing.role is Role.VIEWER
    assert standing.unread == "could not be read from Slack (invalid_auth)"


async def test_a_person_is_asked_for_once_in_ten_minutes_and_ahead_of_the_end() -> None:
    async with stage() as slack:
        people = slack.directory.people
        assert (await people.member(VIC)).value is not None
        slack.clock.now += 400
        await people.member(VIC)
        assert slack.calls("users.info") == 1
        slack.workspace.people[VIC].is_guest = True
        slack.clock.now += 100  # 500 s: still fresh, so it answers at once and renews behind
        old = await people.member(VIC)
        assert old.value is not None
        assert not old.value.barred
        await people.settled()
        renewed = await people.member(VIC)
        assert renewed.value is not None
        assert renewed.value.barred
        assert slack.calls("users.info") == 2


async def test_a_guest_stays_a_guest_when_slack_falls_silent() -> None:
    async with stage() as slack:
        await slack.role(EVERYTHING, GUS)
        slack.clock.now += 6_000
        slack.faults.switch("slack_slow", True, 30.0)
        standing = await slack.role(EVERYTHING, GUS)
        assert standing.excluded


async def test_the_audit_gets_the_handle_of_who_mentions_the_bot() -> None:
    async with stage() as slack:
        named = await slack.directory.people.named(Person(ANA, ANA))
        assert named == Person(ANA, "ana")
        assert await slack.directory.people.named(Person(ANA, "given")) == Person(ANA, "given")
