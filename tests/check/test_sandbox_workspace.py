"""The check against the sandbox's Slack: the manifest's scopes, its channels, its faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import manifest
from bot.check import CheckReport, State, check
from bot.sandbox.faults import Faults
from bot.sandbox.serving import Serving
from bot.sandbox.workspace import Workspace
from bot.sandbox.workspace.server import application
from bot.settings import load
from tests.check.world import item

TITLES = ("Slack bot token", "Slack permissions", "Slack app token", "Channel #ops")


@asynccontextmanager
async def slack() -> AsyncIterator[tuple[Workspace, Faults]]:
    faults = Faults()
    workspace = Workspace(manifest.path())
    serving = Serving(application(workspace, faults))
    await serving.start()
    workspace.base_url = serving.url
    try:
        yield workspace, faults
    finally:
        await serving.stop()


async def report(folder: Path, workspace: Workspace, **tokens: str) -> CheckReport:
    nothing = "http://127.0.0.1:1"
    path = folder / "pitchey.toml"
    path.write_text(
        f'[environments.production]\napi_url = "{nothing}"\nsite_url = "{nothing}"\n'
        f'[slack]\napi_url = "{workspace.base_url}/api/"\n[network]\ntimeout_seconds = 1\n'
    )
    environ = {"SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token}
    return await check(load(path, environ | tokens))


async def test_a_workspace_with_this_manifest_is_good(tmp_path: Path) -> None:
    async with slack() as (workspace, _):
        found = await report(tmp_path, workspace)
    states = {title: item(found, title) for title in TITLES}
    assert {entry.state for entry in states.values()} == {State.GOOD}, states


async def test_a_wrong_token_and_a_revoked_one(tmp_path: Path) -> None:
    async with slack() as (workspace, faults):
        wrong = await report(tmp_path, workspace, SLACK_BOT_TOKEN="xoxb-wrong")
        faults.switch("slack_invalid_auth", True)
        revoked = await report(tmp_path, workspace)
    for found in (wrong, revoked):
        assert "invalid_auth" in item(found, "Slack bot token").line


async def test_slack_in_trouble(tmp_path: Path) -> None:
    async with slack() as (workspace, faults):
        faults.switch("slack_errors", True)
        failing = await report(tmp_path, workspace)
        faults.clear()
        faults.switch("slack_slow", True, 3.0)
        slow = await report(tmp_path, workspace)
    assert "HTTP 5" in item(failing, "Slack bot token").line
    assert "within 1 s" in item(slow, "Slack bot token").line
