"""Who leads, who writes, who leaves: roles of an incident at work."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.sandbox.workspace import ANA, OMAR, RITA, VIC
from bot.store.incidents_rows import IncidentRole
from handlers.incidents.clocks import look_for_leavers
from tests.incidents.stage import Stage, run
from tests.sandbox.workspace.stage import until

HOUR = timedelta(hours=1)


async def test_two_people_take_a_role_at_once(stage: Stage) -> None:
    record, channel = await stage.declared("Race --severity SEV1")
    stage.workspace.posting.join(channel, ANA)
    people = [stage.actor(person, channel.id) for person in (RITA, ANA, OMAR)]
    await asyncio.gather(*(person.presses("Take commander") for person in people))
    await until(lambda: len(stage.said(channel.id)) > 2)
    await asyncio.sleep(0.4)
    taken = [each for each in stage.entries(record.id, "role") if "commander" in each.text]
    assert len(taken) == 1
    holder = stage.store.incident_work.holder(record.id, IncidentRole.COMMANDER)
    assert holder is not None
    assert stage.store.emergencies.commanded_by(holder.person_id) is not None
    loser = next(person for person in (RITA, ANA, OMAR) if person != holder.person_id)
    await stage.actor(loser, channel.id).sees("has the role commander", anytime=True)
    assert stage.store.emergencies.commanded_by(loser) is None


async def test_a_handover_tells_the_next_commander_what_is_open(stage: Stage) -> None:
    record, channel = await stage.declared("Handed over --severity SEV1")
    await run(stage, f"incident take commander {record.id}", "rita")
    await run(stage, "incident update We look at the pool", "rita")
    await run(stage, 'incident task "Page Neon support" --due 30m', "rita")
    await run(stage, f"incident handover <@{OMAR}> commander {record.id}", "rita")
    omar = stage.actor(OMAR, channel.id)
    card = await omar.sees_message("Handover", anytime=True)
    assert "Page Neon support" in str(card.blocks)
    assert "We look at the pool" in str(card.blocks)
    assert stage.store.emergencies.commanded_by(RITA) is None
    assert stage.store.emergencies.commanded_by(OMAR) is not None
    await run(stage, f"incident status resolved {record.id}", "omar")
    assert stage.store.emergencies.commanded_by(OMAR) is None


async def test_a_drill_gives_no_right_to_act_alone(stage: Stage) -> None:
    record, channel = await stage.declared("Practice --severity SEV1 --kind drill")
    await run(stage, f"incident take commander {record.id}", "rita")
    assert stage.store.emergencies.commanded_by(RITA) is None
    assert "drill" in channel.name
    said = [each.text for each in stage.said(channel.id) if record.id in each.text]
    assert said
    assert all("DRILL" in each for each in said if "set the channel" not in each)
    assert stage.store.marks.between(record.began_at - HOUR, record.began_at + HOUR) == ()


async def test_a_commander_who_leaves_is_missed(stage: Stage) -> None:
    record, channel = await stage.declared("Left alone --severity SEV1")
    await run(stage, f"incident take commander {record.id}", "rita")
    await stage.workspace.act.leave(RITA, channel.id)
    omar = stage.actor(OMAR, channel.id)
    await omar.sees_message("left the channel; the role commander is vacant", anytime=True)
    assert stage.store.emergencies.commanded_by(RITA) is None
    await omar.presses("Take commander")
    await until(lambda: stage.store.emergencies.commanded_by(OMAR) is not None)
    stage.workspace.people[OMAR].deleted = True
    assert stage.runtime.directory is not None
    people = stage.runtime.directory.people
    await people.member(OMAR, newer_than=0.0)
    await look_for_leavers(stage.runtime, stage.clock())
    assert stage.store.emergencies.commanded_by(OMAR) is None


async def test_a_duty_beyond_somebodys_role_comes_with_a_warning(stage: Stage) -> None:
    record, channel = await stage.declared("Scribe wanted")
    await run(stage, f"incident handover <@{VIC}> scribe {record.id}", "rita")
    told = await stage.actor(RITA, channel.id).sees_message("was given the role", anytime=True)
    assert "has the role viewer with this bot and cannot act" in str(told.blocks)
    other = await run(stage, f"incident handover <@{OMAR}> scribe {record.id}", "rita")
    assert "was given the role" in other.text
    assert "cannot act" not in other.text
