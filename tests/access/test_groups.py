"""User groups read from the sandbox's Slack: by id and handle, cached, closed when unreadable."""

from __future__ import annotations

import asyncio

import pytest

from bot.access import decide
from bot.channels import Place
from bot.command import Role
from bot.groups import groups_by_name
from bot.sandbox.workspace import ANA, OMAR, ONCALL, RITA, VIC
from bot.sandbox.workspace.model import UserGroup
from bot.settings import Roles
from tests.access.stage import Stage, stage
from tests.access.test_standing import SETTINGS, command

BOTH = ("usergroups.list", "usergroups.users.list")
BY_HANDLE = Roles(operator=("@oncall",))


@pytest.mark.parametrize("written", [ONCALL, "@oncall"])
async def test_a_group_gives_its_role_to_its_members(written: str) -> None:
    roles = Roles(operator=(written,))
    async with stage() as slack:
        member, other = await slack.role(roles, RITA), await slack.role(roles, VIC)
    assert (member.role, other.role) == (Role.OPERATOR, Role.VIEWER)
    assert member.why == "`[roles] operator` names @oncall, and you are in it."
    assert (member.unconfirmed, other.unconfirmed) == ((), ())


async def test_a_member_of_one_allowed_group_of_several_is_allowed() -> None:
    async with stage() as slack:
        slack.workspace.user_groups["S0LEADS001"] = UserGroup("S0LEADS001", "leads", "Leads")
        standing = await slack.role(Roles(operator=("@leads", ONCALL), admin=("@none",)), OMAR)
    assert standing.role is Role.OPERATOR
    (unsure,) = standing.unconfirmed
    assert (unsure.role, unsure.trouble) == (Role.ADMIN, "there is no user group @none")


async def test_without_the_scope_a_person_is_told_that_their_role_is_not_confirmed() -> None:
    async with stage(without="usergroups:read") as slack:
        standing = await slack.role(BY_HANDLE, RITA)
    assert standing.role is Role.VIEWER
    decision = decide(command(Role.OPERATOR), standing, Place("C1"), SETTINGS)
    assert (
        "The user group @oncall could not be read (missing scope usergroups:read): "
        "your role could not be confirmed." in decision.message
    )


async def test_who_has_the_role_by_id_needs_no_group() -> None:
    async with stage(without="usergroups:read") as slack:
        standing = await slack.role(Roles(responder=("@oncall",), operator=(RITA,)), RITA)
        assert slack.calls(*BOTH) == 0
    assert (standing.role, standing.unconfirmed) == (Role.OPERATOR, ())


async def test_a_remembered_group_costs_no_call() -> None:
    async with stage() as slack:
        await slack.role(BY_HANDLE, RITA)
        before = slack.calls()
        for _ in range(50):
            assert (await slack.role(BY_HANDLE, RITA)).role is Role.OPERATOR
        assert slack.calls() == before


async def test_a_crowd_at_once_asks_once() -> None:
    async with stage() as slack:
        await asyncio.gather(*(slack.role(BY_HANDLE, RITA) for _ in range(40)))
        assert [slack.calls(name) for name in (*BOTH, "users.info", "auth.test")] == [1, 1, 1, 1]


async def test_who_leaves_the_group_loses_the_role_within_five_minutes() -> None:
    async with stage() as slack:
        await slack.role(BY_HANDLE, RITA)
        slack.workspace.user_groups[ONCALL].person_ids.remove(RITA)
        slack.clock.now += 299
        assert (await slack.role(BY_HANDLE, RITA)).role is Role.OPERATOR
        # That question renewed the reading behind itself.
        await slack.directory.groups.settled()
        assert (await slack.role(BY_HANDLE, RITA)).role is Role.VIEWER
        slack.clock.now += 301
        slack.workspace.user_groups[ONCALL].person_ids.append(RITA)
        assert (await slack.role(BY_HANDLE, RITA)).role is Role.OPERATOR


async def test_groups_are_renewed_before_they_end_without_anybody_asking() -> None:
    async with stage() as slack:
        await slack.directory.warm(("@oncall",))
        assert slack.calls(*BOTH) == 2
        slack.clock.now += 200
        await slack.directory.warm(("@oncall",))
        assert slack.calls(*BOTH) == 2
        for _ in range(3):
            slack.clock.now += 220
            await slack.directory.warm(("@oncall",))
            await slack.directory.groups.settled()
        calls = slack.calls(*BOTH)
        assert calls == 8
        await slack.role(BY_HANDLE, RITA)
        assert slack.calls(*BOTH) == calls


async def test_an_opened_directory_reads_the_named_groups_by_itself() -> None:
    async with stage() as slack:
        directory = type(slack.directory).open(slack.slack, BY_HANDLE.groups)
        for _ in range(200):
            if slack.calls(*BOTH) == 2:
                break
            await asyncio.sleep(0.01)
        await directory.aclose()
        assert slack.calls(*BOTH) == 2


async def silent(slack: Stage, fault: str) -> None:
    """Slack stops answering after the people involved were read."""
    slack.faults.switch(fault, True)
    if fault == "slack_slow":
        slack.faults.switch(fault, True, 30.0)


@pytest.mark.parametrize("fault", ["slack_errors", "slack_rate_limited", "slack_slow"])
async def test_while_slack_is_silent_an_old_reading_counts_for_an_hour(fault: str) -> None:
    async with stage() as slack:
        groups = slack.directory.groups
        await groups.membership("@oncall")
        await silent(slack, fault)
        slack.clock.now += 1_800
        old = await groups.membership("@oncall")
        assert old.people is not None
        assert RITA in old.people
        assert old.note == "Slack does not answer: who is in @oncall was read 30 minutes ago"
        slack.clock.now += 1_801
        ended = await groups.membership("@oncall", wait=0.1)
        assert ended.people is None
        assert "the user group @oncall could not be read (Slack " in ended.trouble


async def test_a_silent_slack_is_waited_for_once_not_by_everybody() -> None:
    async with stage() as slack:
        slack.faults.switch("slack_slow", True, 30.0)
        loop = asyncio.get_running_loop()
        began = loop.time()
        first = await slack.role(BY_HANDLE, RITA)
        waited = loop.time() - began
        began = loop.time()
        for _ in range(20):
            await slack.role(BY_HANDLE, VIC if _ else RITA)
        again = loop.time() - began
    assert first.role is Role.VIEWER
    assert "did not answer within 3 s" in first.unread
    assert 2.5 < waited < 4.5
    assert again < 4.5  # Vic, of whom nothing is known, is waited for too; the groups are not


async def test_a_disabled_group_gives_nothing_at_once_however_silent_slack_is_later() -> None:
    async with stage() as slack:
        groups = slack.directory.groups
        await groups.membership("@oncall")
        slack.workspace.user_groups[ONCALL].disabled = 1_700_000_000
        slack.clock.now += 301
        gone = await groups.membership("@oncall")
        slack.faults.switch("slack_errors", True)
        slack.clock.now += 301
        still = await groups.membership("@oncall")
    for found in (gone, still):
        assert found.people is None
        assert found.trouble == "the user group @oncall is disabled in Slack"


async def test_a_group_that_is_gone_or_forbidden_is_not_remembered() -> None:
    async with stage() as slack:
        groups = slack.directory.groups
        await groups.membership("@oncall")
        kept = slack.workspace.user_groups.pop(ONCALL)
        slack.clock.now += 301
        assert (await groups.membership("@oncall")).trouble == "there is no user group @oncall"
        slack.workspace.user_groups[ONCALL] = kept
        slack.clock.now += 301
        assert (await groups.membership("@oncall")).people
        slack.faults.switch("slack_invalid_auth", True)
        slack.clock.now += 301
        refused = await groups.membership("@oncall")
        assert refused.people is None
        assert refused.trouble == "the user group @oncall could not be read (invalid_auth)"
        slack.faults.clear()
        slack.faults.switch("slack_errors", True)  # a refusal is not undone by silence
        slack.clock.now += 16
        assert (await groups.membership("@oncall", wait=5)).people is None


async def test_it_works_again_soon_after_slack_does() -> None:
    async with stage() as slack:
        slack.faults.switch("slack_errors", True)
        assert (await slack.role(BY_HANDLE, RITA)).unread
        slack.faults.clear()
        await slack.directory.groups.settled()
        await slack.directory.people.settled()
        slack.clock.now += 16
        assert (await slack.role(BY_HANDLE, RITA)).role is Role.OPERATOR


def test_the_list_as_slack_writes_it() -> None:
    groups = groups_by_name(
        {
            "usergroups": [
                {"id": "S1", "handle": "oncall", "date_delete": 0},
                {"id": "S2", "handle": "oncall", "date_delete": 1_700_000_000},
                {"id": "S3", "handle": "theirs", "is_external": True},
                {"id": "S4", "handle": "old", "date_delete": 1},
                {"id": "S5", "handle": "old", "date_delete": 0},
            ]
        }
    )
    assert {name: (one.id, one.gone) for name, one in groups.items() if name[0] == "@"} == {
        "@oncall": ("S1", ""),
        "@theirs": ("S3", "belongs to another workspace"),
        "@old": ("S5", ""),
    }
    assert groups["s2"].gone == "is disabled in Slack"
    assert groups_by_name({}) == {}


async def test_a_refusal_names_people_and_handles_and_mentions_nobody() -> None:
    async with stage() as slack:
        access = slack.access(Roles(operator=(ONCALL,), admin=(ANA, "U0DORA0001")))
        holders = await access.holders(Role.OPERATOR)
    assert holders == ("@oncall (Omar Haddad, Rita Okafor)", "Ana Lima")
    assert "<" not in "".join(holders)
