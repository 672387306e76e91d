"""Slack itself fails: limits, errors, revoked tokens, slow answers, answers it does not take."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from bot.sandbox.workspace import BOT, OPS
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only
from tests.e2e.strict_slack import strict_slack


@only("socket")
async def test_a_rate_limit_is_waited_out(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_rate_limited")
    await ana.types(f"<@{BOT}> health api")
    calls = stage.workspace.record.calls
    await stage.until(lambda: calls("chat.postMessage"))
    await stage.switch("slack_rate_limited", on=False)
    await ana.sees("Healthy: 1 of 1")
    refused, taken = calls("chat.postMessage")[-2:]
    assert (refused.error, taken.error) == ("ratelimited", "")
    assert taken.at - refused.at >= 1  # Retry-After


@only("socket")
async def test_an_error_of_slack_is_tried_again(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_errors")
    await ana.types("/pitchey health api")
    await stage.until(stage.workspace.record.responses)
    await stage.switch("slack_errors", on=False)
    await ana.sees("Healthy: 1 of 1")
    *failed, taken = stage.workspace.record.responses()
    assert {one.error for one in failed} == {"internal_error"}
    assert taken.error == ""


@only("socket")
async def test_an_error_of_the_web_api_is_tried_again(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_errors")
    await ana.types(f"<@{BOT}> health api")
    await stage.until(lambda: stage.workspace.record.calls("chat.postMessage"))
    await stage.switch("slack_errors", on=False)
    await ana.sees("Healthy: 1 of 1")


async def test_a_slow_slack_delays_the_answer_and_nothing_else(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_slow", 2.0)
    await ana.types("/pitchey health api")  # acknowledged in time, or Slack had refused it
    await ana.sees("Healthy: 1 of 1")


@only("socket")
async def test_a_token_revoked_while_running(stage: Stage, ana: Actor) -> None:
    """Commands are answered by their response_url, which needs no token."""
    await stage.switch("slack_invalid_auth")
    await ana.types(f"<@{BOT}> health api")
    await stage.bot.logs("invalid_auth", within=120)
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    await stage.recorded(surface="slash command", outcome="succeeded")
    assert stage.bot.running
    # What could not be told waits, and is told when the token works again.
    await stage.switch("slack_invalid_auth", on=False)
    direct = ana.at(stage.workspace.direct(ana.person_id).id)
    await direct.sees("Healthy: 1 of 1", anytime=True)


@only("http")
async def test_a_missing_scope_is_named_in_the_log(stage: Stage, ana: Actor) -> None:
    manifest = stage.workspace.manifest
    kept = tuple(scope for scope in manifest.scopes if scope != "chat:write")
    stage.workspace.manifest = replace(manifest, scopes=kept)
    try:
        await ana.types(f"<@{BOT}> health api")
        await stage.bot.logs("missing_scope (needs chat:write)", within=120)
        await stage.recorded(surface="mention", command="health")
    finally:
        stage.workspace.manifest = manifest
    await ana.types(f"<@{BOT}> health api")
    await ana.sees("Healthy: 1 of 1")


@only("socket")
async def test_without_users_read_the_answer_comes_all_the_same(stage: Stage, vic: Actor) -> None:
    manifest = stage.workspace.manifest
    kept = tuple(scope for scope in manifest.scopes if scope != "users:read")
    stage.workspace.manifest = replace(manifest, scopes=kept)
    try:
        await vic.types(f"<@{BOT}> health api")
        await vic.sees("Healthy: 1 of 1")
    finally:
        stage.workspace.manifest = manifest


@only("socket")
@pytest.mark.parametrize("lost", ["used up", "expired"])
async def test_a_lost_response_url_becomes_a_direct_message(
    stage: Stage, ana: Actor, lost: str
) -> None:
    await stage.switch("api_slow", 1.2)
    await ana.types("/pitchey health api")
    url = stage.workspace.record.deliveries("slash_commands")[-1].arguments["response_url"]
    if lost == "expired":
        stage.workspace.clock.forward(minutes=31)
    else:
        async with aiohttp.ClientSession() as session:
            for number in range(5):
                async with session.post(url, json={"text": f"use {number}"}) as answer:
                    assert answer.status == 200
    direct = ana.at(stage.workspace.direct(ana.person_id).id)
    told = await direct.sees_message("1 check passed", anytime=True)
    assert "Healthy: 1 of 1" in told.text
    await stage.recorded(command="health", outcome="succeeded")


@only("socket")
async def test_a_message_deleted_meanwhile_is_answered_directly(stage: Stage, ana: Actor) -> None:
    """Check again on a message that somebody deletes before the answer is there."""
    await ana.types("/pitchey health api --public")
    shown = await ana.sees_message("Healthy: 1 of 1")
    await stage.switch("api_slow", 1.2)
    await ana.presses("Check again")
    stage.workspace.posting.delete(shown)
    direct = ana.at(stage.workspace.direct(ana.person_id).id)
    await direct.sees_message("Healthy: 1 of 1", anytime=True)


@only("socket")
async def test_the_channel_lost_meanwhile_is_answered_directly(stage: Stage, ana: Actor) -> None:
    channel = stage.workspace.channels[OPS]
    await stage.switch("api_slow", 1.3)
    await ana.types(f"<@{BOT}> health api")
    await stage.idle(0.15)
    channel.member_ids.remove(BOT)
    try:
        direct = ana.at(stage.workspace.direct(ana.person_id).id)
        await direct.sees_message("Healthy: 1 of 1", anytime=True)
    finally:
        channel.member_ids.append(BOT)


@only("http")
async def test_the_text_arrives_where_slack_refuses_the_blocks(stage: Stage, ana: Actor) -> None:
    await stage.bot.stop()
    workspace, real = stage.workspace, stage.workspace.base_url
    async with strict_slack(real) as strict:
        config = stage.world.folder / "strict.toml"
        settings = stage.world.config_path.read_text("utf-8").replace(
            f"{real}/api/", f"{strict}/api/"
        )
        config.write_text(settings, "utf-8")
        workspace.base_url = strict  # response URLs too
        try:
            await stage.start_bot(PITCHEY_CONFIG=str(config))
            await ana.types("/pitchey health api")
            told = await ana.sees_message("Healthy: 1 of 1 check passed")
            assert told.blocks == []
            await ana.types(f"<@{BOT}> health api")
            told = await ana.sees_message("Healthy: 1 of 1 check passed")
            assert (told.blocks, told.is_reply) == ([], True)
        finally:
            workspace.base_url = real
            await stage.bot.stop()


@only("http")
@pytest.mark.parametrize("fault", ["slack_errors", "slack_slow"])
async def test_the_first_command_after_a_start_is_never_dropped(
    stage: Stage, ana: Actor, fault: str
) -> None:
    """Nothing of Slack's is asked before a command is taken."""
    await stage.bot.stop()
    await stage.start_bot()
    await stage.idle()
    await stage.switch(fault)
    await ana.types("/pitchey health api")  # acknowledged in time, or Slack had refused it
    await stage.until(stage.workspace.record.responses)
    await stage.switch(fault, on=False)
    await ana.sees("Healthy: 1 of 1")
