"""The whole way, in a sandbox with the real bot: broken, told, taken, killed, mended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.workspace import ALERTS, ANA, OMAR
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from tests.alerts.world import AlertWorld, alert_world

pytestmark = pytest.mark.world
TITLE = "Responses are slow on production"


async def test_from_a_broken_platform_to_a_resolved_alert(world: World, tmp_path: Path) -> None:
    async with alert_world(world, tmp_path) as stage:
        ana, omar = Actor(stage.world.workspace, ANA), Actor(stage.world.workspace, OMAR)
        ana, omar = ana.at(ALERTS), omar.at(ALERTS)
        await _fires_and_calls(stage, ana)
        await _is_diagnosed_from_the_alert_itself(ana)
        await _is_taken_once_though_delivered_twice(stage, ana)
        await _is_killed_and_says_nothing_again(stage, ana)
        await _is_mended(stage, ana)
        await _slack_is_away_meanwhile(stage, omar)
        assert "Traceback" not in stage.bot.said


async def _fires_and_calls(stage: AlertWorld, ana: Actor) -> None:
    await stage.switch("api_slow", 1.4)
    await stage.measure()
    alert = await ana.sees_message(f"Warning: {TITLE}", anytime=True)
    call = await ana.sees_message("L1 On-call Engineer: please look", anytime=True)
    assert call.thread_ts == alert.ts
    assert OMAR in call.text


async def _is_diagnosed_from_the_alert_itself(ana: Actor) -> None:
    """Nobody should have to type which symptom it is: the alert's metric says."""
    await ana.presses("Diagnose")
    told = await ana.sees_message("looked for slowness")
    assert told.ephemeral_to == ANA


async def _is_taken_once_though_delivered_twice(stage: AlertWorld, ana: Actor) -> None:
    await stage.switch("slack_redelivers")
    await ana.presses("Acknowledge")
    await ana.sees("is yours: nobody more is called for it")
    await ana.sees(f"Acknowledged by @ana: {TITLE}")
    await stage.switch("slack_redelivers", on=False)
    history = stage.house.store.alerts.history(1)
    assert [entry.kind for entry in history].count("acknowledged") == 1


async def _is_killed_and_says_nothing_again(stage: AlertWorld, ana: Actor) -> None:
    before = len(stage.messages())
    await stage.bot.kill()
    await stage.start_bot()
    await stage.measure()
    await asyncio.sleep(2.5)  # looks of the new process
    assert len(stage.messages()) == before
    assert len(stage.house.store.alerts.open()) == 1
    await ana.sees(f"Acknowledged by @ana: {TITLE}", anytime=True)


async def _is_mended(stage: AlertWorld, ana: Actor) -> None:
    before = len(stage.messages())
    await stage.switch("api_slow", on=False)
    await stage.measure()
    await ana.sees("Resolved after", anytime=True)
    assert len(stage.messages()) == before
    assert stage.house.store.alerts.open() == ()


async def _slack_is_away_meanwhile(stage: AlertWorld, omar: Actor) -> None:
    before = len(stage.messages())
    await stage.switch("slack_errors", 100.0)
    stage.house.store.alerts.raise_external(
        "cloudflare", "ddos", "Attack on the zone", "critical", "L7", _now(stage)
    )
    await asyncio.sleep(1.5)
    assert len(stage.messages()) == before
    await stage.switch("slack_errors", on=False)
    told = await omar.sees_message("Critical: Attack on the zone", anytime=True)
    assert "fired" in str(told.blocks)
    await omar.presses("Resolve")
    await omar.sees("Resolved after")


def _now(stage: AlertWorld):  # type: ignore[no-untyped-def]
    return stage.house.dispatcher.runtime.now()
