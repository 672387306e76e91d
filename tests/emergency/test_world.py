"""The outage script from end to end: the card, its buttons, and the watch over the recovery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import maintenance_mode
from bot.app import House
from bot.command import Person
from bot.sandbox.workspace import ANA, OMAR, OPS
from bot.settings import load
from handlers.emergency.watching import GREEN, look
from tests.lessons.stage import Stage

WITHIN = 120.0
OMAR_HIMSELF = Person(OMAR, "omar")


async def test_the_card_leads_through_the_guides_script(stage: Stage) -> None:
    stage.world.faults.switch("database_down", True)
    await stage.world.settled()
    ana = stage.person(ANA, OPS)
    await ana.types("/pitchey emergency")
    shown = await ana.sees_message("Emergency in production", within=WITHIN)
    told = str(shown.blocks)
    for words in ("none is open", "2. Maintenance mode:* off", "say first which part it is"):
        assert words in told
    await ana.presses("It is the database")
    await ana.sees("Emergency in production, database", within=WITHIN, anytime=True)
    await ana.presses("Declare a SEV1")
    await ana.sees("Database outage", within=WITHIN, anytime=True)
    (incident,) = stage.store.incidents.open()
    assert (incident.severity, incident.kind) == ("SEV1", "outage")
    await ana.presses("Bring this card up to date")
    card = await ana.sees_message(f"{incident.id} SEV1, Database outage", within=WITHIN)
    labels = str(card.blocks)
    for label in (
        "Maintenance mode on", "Look for the cause", "Reset connections", "Watch the recovery",
        "Work it as a checklist",
    ):  # fmt: skip
        assert label in labels, label


async def test_each_cause_has_its_fix_and_every_button_can_be_typed(stage: Stage) -> None:
    for cause, label in (
        ("database", "Reset connections"), ("cache", "Purge everything"),
        ("worker", "Restart workers"),
    ):  # fmt: skip
        reply = await stage.terminal(f"emergency {cause}")
        assert label in str(reply.blocks)
    await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    reply = await stage.terminal("emergency worker")
    assert "End maintenance mode" in str(reply.blocks)
    assert "on until" in str(reply.blocks)
    bad = await stage.terminal("emergency sun")
    assert bad.exit_code != 0
    elsewhere = await stage.terminal("emergency --environment mars")
    assert "no environment called mars" in elsewhere.text


async def test_three_good_looks_behind_maintenance_mode_end_the_watch(stage: Stage) -> None:
    await stage.terminal('incident declare "All down" --severity SEV2 --kind outage')
    (incident,) = stage.store.incidents.open()
    await maintenance_mode.switch_on(stage.runtime, person=OMAR_HIMSELF)
    ana = stage.person(ANA, OPS)
    await ana.types("/pitchey emergency watch database")
    await ana.sees("Watching production recover: 0 of 3", within=WITHIN, anytime=True)
    due = stage.runtime.now()
    stage.world.faults.switch("api_errors", True, 100.0)
    await stage.world.settled()
    assert await look(stage.runtime, due) == "production: 0 of 3 good"
    stage.world.faults.switch("api_errors", False)
    await stage.world.settled()
    for number in range(1, GREEN + 1):
        assert await look(stage.runtime, due) == f"production: {number} of 3 good"
    await ana.sees("production is well: three good checks in a row", within=WITHIN, anytime=True)
    await ana.sees("People still see the maintenance page", anytime=True)
    assert await look(stage.runtime, due) == "Nothing is watched."
    told = [entry.text for entry in stage.store.timeline.each(incident.id)]
    assert any("Recovery of production is watched" in text for text in told)
    assert any("Recovery of production well" in text for text in told)


@pytest.mark.both_engines
async def test_a_watch_outlives_the_bot_and_its_time_ends_it(stage: Stage) -> None:
    first = await stage.terminal("emergency watch cache")
    again = await stage.terminal("emergency watch")
    assert "is watched until" in first.text
    assert "is watched already" in again.text
    settings = load(stage.world.config_path, stage.world.environment)
    other = House.open(settings.model_copy(update={"store": stage.house.settings.store}))
    try:
        (kept,) = other.store.recovery_watches.open()
        assert (kept.cause, kept.green) == ("cache", 0)
    finally:
        await other.aclose()
    stage.world.faults.switch("api_down", True)
    await stage.world.settled()
    stage.clock.ahead = timedelta(hours=2, minutes=1)
    await look(stage.runtime, stage.runtime.now())
    ana = stage.person(ANA, OPS)
    await ana.sees("has not recovered while it was watched", within=WITHIN, anytime=True)
    assert stage.store.recovery_watches.open() == ()
    assert "is not watched" in (await stage.terminal("emergency stop")).text
