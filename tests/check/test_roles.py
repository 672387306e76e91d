"""The check of `[roles]` and `[[limits]]` against the sandbox's Slack."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check import CheckReport, State, check
from bot.sandbox.workspace import ONCALL, Workspace
from tests.access.stage import settings, slack
from tests.check.world import item

GOOD = '[roles]\noperator = ["U0OMAR0001", "@oncall"]\nadmin = ["U0ANA00001"]\n'


async def report(folder: Path, workspace: Workspace, tables: str) -> CheckReport:
    return await check(settings(folder, workspace, tables))


async def test_people_and_groups_that_are_there(tmp_path: Path) -> None:
    async with slack() as (workspace, _):
        found = await report(tmp_path, workspace, GOOD)
    people = item(found, "People in [roles]")
    assert (people.state, people.line) == (
        State.GOOD,
        "2 named, all are members of the workspace.",
    )
    group = item(found, "Operator @oncall")
    assert (group.state, group.line) == (State.GOOD, "@oncall has 2 members.")


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("U0GUS00001", "Gus Moreau gets no role: guests of the workspace have no role."),
        ("U0DORA0001", "Dora Novak gets no role: the account is deactivated."),
        ("U0DEPLOY01", "Deploy Bot gets no role: bots have no role."),
        ("U0NOBODY01", "Slack knows no such member of this workspace."),
        ("@onkall", "There is no such user group in this workspace."),
        ("S0NOBODY01", "There is no such user group in this workspace."),
    ],
)
async def test_an_entry_that_gives_nobody_a_role(tmp_path: Path, entry: str, line: str) -> None:
    async with slack() as (workspace, _):
        found = await report(tmp_path, workspace, f'[roles]\nadmin = ["{entry}"]\n')
    entry_item = item(found, f"Admin {entry}")
    assert (entry_item.state, entry_item.line) == (State.FAILED, line)
    assert "[roles]" in entry_item.remedy


async def test_a_disabled_group_and_an_empty_one(tmp_path: Path) -> None:
    async with slack() as (workspace, _):
        workspace.user_groups[ONCALL].person_ids.clear()
        empty = await report(tmp_path, workspace, f'[roles]\nadmin = ["{ONCALL}"]\n')
        workspace.user_groups[ONCALL].disabled = 1
        disabled = await report(tmp_path, workspace, f'[roles]\nadmin = ["{ONCALL}"]\n')
    assert item(empty, f"Admin {ONCALL}").state is State.WARNING
    assert item(disabled, f"Admin {ONCALL}").state is State.FAILED
    assert "@oncall is disabled in Slack" in item(disabled, f"Admin {ONCALL}").line


async def test_without_the_scope_groups_fail_with_its_name(tmp_path: Path) -> None:
    async with slack(without="usergroups:read") as (workspace, _):
        found = await report(tmp_path, workspace, GOOD)
    groups = item(found, "User groups in [roles]")
    assert groups.state is State.FAILED
    assert "needs usergroups:read" in groups.line


async def test_slack_in_trouble(tmp_path: Path) -> None:
    async with slack() as (workspace, faults):
        faults.switch("slack_errors", True)
        found = await report(tmp_path, workspace, GOOD)
    for title in ("People in [roles]", "User groups in [roles]"):
        assert item(found, title).state is State.FAILED
        assert item(found, title).remedy


async def test_nobody_named_needs_no_slack(tmp_path: Path) -> None:
    async with slack() as (workspace, _):
        found = await report(tmp_path, workspace, "")
    assert item(found, "People in [roles]").state is State.SKIPPED
    assert not [one for one in found.items if "limits" in one.title or "groups" in one.title]


async def test_a_limit_on_no_command_is_told(tmp_path: Path) -> None:
    async with slack() as (workspace, _):
        tables = '[[limits]]\ncommands = ["audit*", "dploy*"]\nchannels = ["#ops"]\n'
        wrong = await report(tmp_path, workspace, tables)
        right = await report(tmp_path, workspace, tables.replace('"dploy*"', '"health"'))
    found = item(wrong, "Commands in [[limits]]")
    assert (found.state, found.line) == (State.FAILED, "No command is called so: dploy*.")
    assert item(right, "Commands in [[limits]]").state is State.GOOD
