"""Names of channels by their ids, and the limits on them, against the sandbox's Slack."""

from __future__ import annotations

import pytest

from bot.access import Standing
from bot.channels import Place
from bot.command import Role, Surface
from bot.sandbox.workspace import OPS, RANDOM
from bot.settings import Limit, Roles
from tests.access.stage import stage
from tests.access.test_restrictions import PRODUCTION, command

LEADERSHIP = "C0LEADERS1"  # private, the bot is not in it
OPERATOR = Standing(Role.OPERATOR, "")


async def test_names_are_read_and_remembered() -> None:
    async with stage() as slack:
        channels = slack.directory.channels
        assert await channels.place(OPS) == Place(OPS, "ops")
        slack.clock.now += 400
        slack.workspace.channels[OPS].name = "inc-9"
        assert (await channels.place(OPS)).name == "ops"
        assert slack.calls("conversations.info") == 1
        slack.clock.now += 201
        assert (await channels.place(OPS)).name == "inc-9"


async def test_direct_messages_and_no_channel_ask_nobody() -> None:
    async with stage() as slack:
        assert (await slack.directory.channels.place("D0ANA")).direct
        assert (await slack.directory.channels.place("")).name == ""
        assert slack.calls() == 0


@pytest.mark.parametrize("channel", [LEADERSHIP, "C0NOWHERE1"])
async def test_a_channel_the_bot_cannot_see_has_no_name(channel: str) -> None:
    async with stage() as slack:
        place = await slack.directory.channels.place(channel)
    assert place == Place(channel, trouble="channel_not_found")


async def test_an_old_name_counts_for_an_hour_while_slack_is_silent() -> None:
    async with stage() as slack:
        channels = slack.directory.channels
        await channels.place(OPS)
        slack.faults.switch("slack_slow", True, 30.0)
        slack.clock.now += 3_599
        assert (await channels.place(OPS, wait=0.1)).name == "ops"
        slack.clock.now += 1
        assert "Slack did not answer" in (await channels.place(OPS, wait=0.1)).trouble


@pytest.mark.parametrize(
    ("channel", "allowed", "told"),
    [
        (OPS, True, ""),
        (RANDOM, False, "this is #random"),
        ("D0ANA00001", False, "this is a direct message"),
        (LEADERSHIP, False, "could not be read (channel_not_found)"),
        ("", False, "this is no channel"),
    ],
)
async def test_a_limit_is_held_from_every_surface_of_slack(
    channel: str, allowed: bool, told: str
) -> None:
    async with stage() as slack:
        access = slack.access(Roles(), limits=(PRODUCTION,))
        for surface in Surface:
            decision = await access.permit(command(), {}, OPERATOR, surface, channel)
            if surface is Surface.TERMINAL:
                assert decision.allowed
            else:
                assert (decision.allowed, told in decision.message) == (allowed, True)
                assert allowed or "may run only from #ops and incident channels" in decision.message


async def test_commands_without_a_limit_ask_for_no_channel() -> None:
    async with stage() as slack:
        access = slack.access(Roles(), limits=(PRODUCTION,))
        decision = await access.permit(command("purge"), {}, OPERATOR, Surface.SLASH, RANDOM)
        assert decision.allowed
        assert slack.calls() == 0


async def test_without_the_scope_a_limit_by_id_still_works() -> None:
    async with stage(without="channels:read") as slack:
        by_id = Limit(commands=("deploy*",), channels=(OPS,))
        access = slack.access(Roles(), limits=(PRODUCTION,))
        refused = await access.permit(command(), {}, OPERATOR, Surface.SLASH, OPS)
        assert "(missing scope channels:read)" in refused.message
        access = slack.access(Roles(), limits=(by_id,))
        assert (await access.permit(command(), {}, OPERATOR, Surface.SLASH, OPS)).allowed
