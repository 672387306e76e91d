"""A restore over the live database that fails before the switch: what its first line says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.backups.beside_databases import listed
from bot.sandbox.world import World
from tests.backups.stage import shop
from tests.logs.stage import agreeing, run

OVER = '--over pitchey --reason "orders are gone" --break-glass'


@pytest.mark.parametrize(
    ("fault", "words", "offer"),
    [
        ("backup_damaged", "is damaged. The stored data cannot be unpacked", "backup verify"),
        ("storage_cuts", "The object store cut the connection in the middle", "Try again"),
    ],
)
async def test_it_says_what_is_live_whether_users_are_shut_out_and_why(
    world: World, tmp_path: Path, fault: str, words: str, offer: str
) -> None:
    async with shop(world, tmp_path) as made, agreeing(world, tmp_path) as house:
        backup = await made.take()
        world.faults.switch(fault, True)
        await world.settled()
        reply = await run(house, f"restore {backup.id} {OVER}")
        world.faults.clear()
        await world.settled()
        assert "pitchey is as it was, and maintenance mode is on." in reply.text
        assert words in reply.text
        said = str(reply.blocks)
        assert "End maintenance mode" in said
        assert offer in said
        # A terminal's process ends now: what is to be told in the channel is written down already.
        await house.dispatcher.runtime.events.settled()
        (operation,) = house.store.operations.newest(1)
        posted = house.store.outbox.find(f"{operation.id}:databases")
        assert posted is not None
        assert "The live database pitchey is as it was" in posted.text
        assert await listed(house.clients.database) == ()
        over = await run(house, "maintenance off")
        assert over.outcome == "succeeded", over.text
