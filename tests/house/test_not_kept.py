"""What the store does not take is told before it is acknowledged, or is not acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import events
from bot.command import Feature
from bot.events import Event, Listener
from bot.runtime import Runtime
from bot.sandbox.workspace import OPS, RITA
from tests.house.form_feature import FEATURE
from tests.house.real_bot import RealBot, real_bot
from tests.house.taking_nothing import taking_nothing
from tests.sandbox.workspace.stage import until

heard: list[Event] = []


async def hear(_runtime: Runtime, event: Event) -> None:
    heard.append(event)


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RealBot]:
    monkeypatch.setattr("bot.inbox.KEEP_TRYING", 0.3)
    heard.clear()
    listening = Feature(
        "listening", "Hears reactions", listeners=(Listener(events.ReactionAdded, hear),)
    )
    async with real_bot(tmp_path, FEATURE, listening) as started:
        yield started


async def test_a_command_is_worked_on_and_the_person_knows_that_it_may_be_lost(
    bot: RealBot,
) -> None:
    rita = bot.actor(RITA)
    with taking_nothing(bot.house.store):
        outcome = await bot.workspace.act.slash(RITA, OPS, "/pitchey offer")
        assert outcome.ok
        shown = [each.text for each in bot.workspace.everything(OPS, RITA)]
        assert "takes nothing at the moment" in shown[0]
        assert "`/pitchey offer`" in shown[0]
        await rita.sees("Write")
    await until(lambda: bot.house.store.deliveries.newest() is not None)
    await until(lambda: not bot.house.store.deliveries.unfinished())


async def test_what_cannot_even_be_told_is_not_acknowledged(bot: RealBot) -> None:
    with taking_nothing(bot.house.store):
        bot.workspace.faults.switch("slack_errors", True)
        outcome = await bot.workspace.act.slash(RITA, OPS, "/pitchey offer")
        bot.workspace.faults.clear()
    assert not outcome.ok
    bot.connected.listeners._work.inbox.flush(last=True)
    assert bot.house.store.deliveries.unfinished() == ()
    assert bot.audited() == []


async def test_a_form_stays_open_with_what_was_entered(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses("Write")
    await rita.sees_modal("Write a note")
    rita.fills("Note", "so it is")
    with taking_nothing(bot.house.store):
        outcome = await rita.submits(refused="refused_by_app")
        assert "takes nothing at the moment" in outcome.errors["note"]
    bot.connected.listeners._work.inbox.flush(last=True)
    assert not [each for each in bot.audited() if each.command == "noted"]
    rita.fills("Note", "so it is")
    await rita.submits()
    await rita.sees_message("Noted")
    await until(lambda: [each for each in bot.audited() if each.command == "noted"])


async def test_an_event_is_published_once_the_store_takes_it_and_once_only(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("restarted the cache")
    said = await rita.sees_message("restarted the cache")
    with taking_nothing(bot.house.store):
        await rita.reacts("pushpin", said)
        await asyncio.sleep(0.6)
        assert heard == []
    await until(lambda: heard)
    await until(lambda: not bot.house.store.deliveries.unfinished())
    (reaction,) = bot.workspace.record.deliveries("event reaction_added")[:1]
    await bot.workspace.delivery.transport.send("events_api", reaction.arguments, 1, "timeout")
    await asyncio.sleep(0.3)
    assert len(heard) == 1
