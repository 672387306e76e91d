"""Two hundred people in the channel of an incident, fifty of whom press within a second."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.command import Role
from bot.sandbox.workspace import OMAR, RITA
from bot.settings.tables import Roles
from tests.incidents.stage import Stage
from tests.sandbox.workspace.stage import until

CROWD, PRESSING = 200, 50


async def test_fifty_presses_at_once_are_neither_lost_nor_doubled(stage: Stage) -> None:
    await stage.stop()
    everybody = Roles(default=Role.RESPONDER, terminal=Role.ADMIN)
    stage.settings = stage.settings.model_copy(update={"roles": everybody})
    await stage.start()
    record, channel = await stage.declared("Everybody looks --severity SEV3")
    crowd = [f"U0MANY{number:04d}" for number in range(CROWD)]
    rita = stage.workspace.people[RITA]
    for one in crowd:
        stage.workspace.people[one] = replace(rita, id=one, name=one.lower(), real_name=one)
        channel.member_ids.append(one)
    await stage.actor(OMAR, channel.id).types("/pitchey playbook start high-response-times")
    await until(lambda: any("Done 1.1" in str(m.blocks) for m in stage.said(channel.id)), 30)

    people = [stage.actor(one, channel.id) for one in crowd[:PRESSING]]
    await asyncio.gather(*(each.presses("Join") for each in people))

    def joined() -> list[str]:
        held = stage.store.incident_work.people(record.id)
        return [each.person_id for each in held if each.person_id in crowd]

    await until(lambda: len(joined()) >= PRESSING, 60)
    assert sorted(joined()) == sorted(crowd[:PRESSING])
    entered = [each.actor_id for each in stage.entries(record.id, "role")]
    assert sorted(each for each in entered if each in crowd) == sorted(crowd[:PRESSING])

    await asyncio.gather(*(each.presses("Done 1.1") for each in people))
    (run,) = stage.store.playbook_runs.of_incident(record.id)

    def told() -> int:
        heard = [
            message
            for one in crowd[:PRESSING]
            for message in stage.workspace.everything(channel.id, one)
            if message.ephemeral_to == one
        ]
        return sum("was done already" in str(each.blocks) + each.text for each in heard)

    await until(lambda: told() >= PRESSING - 1, 60)
    assert told() == PRESSING - 1
    assert [each.kind for each in stage.store.playbook_runs.history(run.id)].count("done") == 1
    assert stage.store.timeline.verify(record.id).intact
