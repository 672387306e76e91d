"""Slack's part of the check, against a server that answers as Slack does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check import State
from tests.check.world import GRANTED, checked, item, running


async def test_a_good_workspace(tmp_path: Path) -> None:
    async with running() as world:
        report = await checked(tmp_path, world)
        asked = {path: token for path, token, _ in world.asked}
        form = next(form for path, _, form in world.asked if path.endswith("users.conversations"))
    titles = ["Slack bot token", "Slack permissions", "Clock", "Slack app token"]
    titles += ["Channel #ops", "Channel #alerts"]
    assert {title: item(report, title).state for title in titles} == dict.fromkeys(
        titles, State.GOOD
    )
    assert item(report, "Slack bot token").line == "Works: pitchey_ops in Pitchey."
    assert asked["/api/auth.test"] == "Bearer xoxb-planted-bot"
    assert asked["/api/apps.connections.open"] == "Bearer xapp-planted-app"
    assert form["types"] == "public_channel,private_channel"


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("invalid_auth", "wrong or was revoked"),
        ("token_revoked", "Install the app again"),
        ("account_inactive", "install it again"),
        ("something_new", "docs.slack.dev"),
    ],
)
async def test_a_refused_bot_token(tmp_path: Path, error: str, remedy: str) -> None:
    async with running() as world:
        world.slack_refuses("auth.test", error)
        report = await checked(tmp_path, world)
    token = item(report, "Slack bot token")
    assert token.state is State.FAILED
    assert error in token.line
    assert remedy in token.remedy
    assert item(report, "Slack permissions").state is State.SKIPPED
    assert report.exit_code == 1


async def test_missing_and_needless_scopes(tmp_path: Path) -> None:
    async with running() as world:
        world.scopes = GRANTED.replace("chat:write,", "")
        missing = item(await checked(tmp_path, world), "Slack permissions")
        world.scopes = GRANTED + ",pins:read"
        needless = item(await checked(tmp_path, world), "Slack permissions")
        world.scopes = None
        untold = item(await checked(tmp_path, world), "Slack permissions")
    assert (missing.state, missing.line) == (State.FAILED, "Missing: chat:write.")
    assert (needless.state, needless.line) == (
        State.WARNING,
        "More than the bot uses: pins:read.",
    )
    assert untold.state is State.WARNING


async def test_a_channel_without_the_bot(tmp_path: Path) -> None:
    async with running() as world:
        channels = [{"id": "C0OPS00001", "name": "ops"}]
        world.answers["/api/users.conversations"] = (200, {"ok": True, "channels": channels})
        report = await checked(tmp_path, world)
    assert item(report, "Channel #ops").state is State.GOOD
    alerts = item(report, "Channel #alerts")
    assert alerts.state is State.FAILED
    assert "/invite @Pitchey Ops" in alerts.remedy


async def test_a_channel_named_by_its_id(tmp_path: Path) -> None:
    channels = 'ops_channel = "C0OPS00001"\nalerts_channel = "C0OPS00001"'
    async with running() as world:
        report = await checked(tmp_path, world, slack=channels)
    assert item(report, "Channel C0OPS00001").state is State.GOOD


async def test_channels_without_the_scope(tmp_path: Path) -> None:
    async with running() as world:
        world.slack_refuses("users.conversations", "missing_scope", needed="channels:read")
        report = await checked(tmp_path, world)
    ops = item(report, "Channel #ops")
    assert ops.state is State.FAILED
    assert "needs channels:read" in ops.line
    assert "manifest.yml" in ops.remedy


async def test_a_refused_app_token(tmp_path: Path) -> None:
    async with running() as world:
        world.slack_refuses("apps.connections.open", "not_allowed_token_type")
        report = await checked(tmp_path, world)
    token = item(report, "Slack app token")
    assert token.state is State.FAILED
    assert "connections:write" in token.remedy


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_slack_failing(tmp_path: Path, status: int) -> None:
    async with running() as world:
        for method in ("auth.test", "apps.connections.open", "users.conversations"):
            world.answers[f"/api/{method}"] = (status, "<html>busy</html>")
        report = await checked(tmp_path, world)
    for title in ("Slack bot token", "Slack app token", "Channel #ops"):
        assert item(report, title).state is State.FAILED
        assert item(report, title).remedy
    expected = "ratelimited" if status == 429 else f"HTTP {status}"
    assert expected in item(report, "Slack bot token").line


async def test_slack_that_never_answers_costs_one_time_out_only(tmp_path: Path) -> None:
    async with running() as world:
        world.stuck |= {"/api/auth.test", "/api/apps.connections.open", "/api/users.conversations"}
        report = await checked(tmp_path, world)
    for title in ("Slack bot token", "Slack app token", "Channel #ops", "Channel #alerts"):
        assert item(report, title).state is State.FAILED
        assert "0.4 s" in item(report, title).line
    assert item(report, "Platform API (production)").state is State.GOOD


async def test_a_web_page_in_place_of_slack(tmp_path: Path) -> None:
    async with running() as world:
        world.answers["/api/auth.test"] = (200, "<html>sign in to the network</html>")
        report = await checked(tmp_path, world)
    assert item(report, "Slack bot token").state is State.FAILED


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(0.0, State.GOOD), (60.0, State.WARNING), (-60.0, State.WARNING), (900.0, State.FAILED)],
)
async def test_the_clock(tmp_path: Path, ahead: float, state: State) -> None:
    async with running() as world:
        world.clock_ahead = ahead
        report = await checked(tmp_path, world)
    assert item(report, "Clock").state is state


async def test_without_tokens_each_is_named_once(tmp_path: Path) -> None:
    async with running() as world:
        report = await checked(tmp_path, world, environ={})
    failures = {entry.title: entry for entry in report.items if entry.state is State.FAILED}
    assert set(failures) == {"Slack bot token", "Slack app token"}
    assert "SLACK_BOT_TOKEN" in failures["Slack bot token"].remedy
    assert "SLACK_APP_TOKEN" in failures["Slack app token"].remedy


@pytest.mark.parametrize(("secret", "state"), [("0f" * 16, "good"), ("xoxb-1", "failed")])
async def test_http_needs_a_signing_secret_and_no_app_token(
    tmp_path: Path, secret: str, state: str
) -> None:
    environ = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": secret}
    async with running() as world:
        report = await checked(tmp_path, world, environ=environ)
    assert item(report, "Slack signing secret").state == state
    assert item(report, "Slack app token").state is State.SKIPPED
