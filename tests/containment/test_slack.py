"""In Slack, with the bot as it runs: approval, the incident's timeline, what the channel sees."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.cloudflare.account import ZONE_NAME, Zone
from bot.sandbox.workspace import ANA, OMAR, OPS, VIC
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.store.operation_rows import State
from tests.cache.stage import visit
from tests.logs.stage import in_slack, opened, settings_of
from tests.sandbox.workspace.stage import emptied


async def test_everything_is_purged_by_two_people_and_stands_on_the_timeline(
    world: World, tmp_path: Path
) -> None:
    zone = world.account.zone = Zone(ZONE_NAME, "free")
    await visit(world, "/assets/index.js")
    emptied(world.workspace)  # an approval of an earlier try is not this one's
    omar, ana, vic = (Actor(world.workspace, person) for person in (OMAR, ANA, VIC))
    settings = settings_of(world, tmp_path, zone_id=zone.id)
    async with opened(world, tmp_path, settings) as house, in_slack(house):
        await vic.types("/pitchey cache purge everything")
        await vic.sees("needs the role operator")
        await omar.types("/pitchey incident declare old prices --severity SEV3")
        await omar.sees("INC-1", anytime=True)
        await omar.types('/pitchey cache purge everything --reason "old prices are shown"')
        await ana.sees("Approval wanted", anytime=True)
        assert world.cloudflare.purging.taken == []
        await ana.presses("Approve cache purge", confirming="Approve")
        await ana.sees("Purged everything at the edge", anytime=True)
        assert [each.kind for each in world.cloudflare.purging.taken] == ["everything"]

        await omar.types('/pitchey security block 203.0.113.7 for 1h --reason "scans for .env"')
        await omar.sees("Nothing has changed yet")
        await omar.presses("Run security block", confirming="Yes, change it")
        await ana.sees("is blocked until", anytime=True)
        await vic.types("/pitchey security blocks")
        await vic.sees("1 block holds")
        await house.dispatcher.runtime.events.settled()
        entries = tuple(house.store.timeline.each("INC-1"))
    told = [entry.text for entry in entries if entry.kind == "change"]
    assert any("cache purge everything: succeeded" in text for text in told)
    assert any("security block 203.0.113.7" in text and "succeeded" in text for text in told)


async def test_who_may_only_look_neither_rejects_nor_confirms(world: World, tmp_path: Path) -> None:
    zone = world.account.zone = Zone(ZONE_NAME, "free")
    omar, vic = (Actor(world.workspace, person) for person in (OMAR, VIC))
    settings = settings_of(world, tmp_path, zone_id=zone.id)
    async with opened(world, tmp_path, settings) as house, in_slack(house):
        await vic.types("/pitchey security under-attack")
        await vic.sees("security level")
        await omar.types("/pitchey security under-attack on for 1h flood")
        await omar.sees("Nothing has changed yet")
        (asked,) = house.store.operations.newest(1)
        assert "until <!date^" in asked.request.effect
        shown = [str(one.blocks) for one in world.workspace.everything(OPS, OMAR)]
        (card,) = [each for each in shown if f"Operation `{asked.id}`" in each]
        assert "under attack mode on until <!date^" in card  # in the reader's own time
        assert "&lt;!date" not in card
        (told,) = [e.detail for e in house.store.audit.entries() if e.reference == asked.id]
        assert "<!date" not in told
        await vic.types(f'/pitchey operation {asked.id} reject --reason "no"')
        await vic.sees("operator")
        await vic.types("/pitchey security under-attack off")
        await vic.sees("This needs the role operator")
        (still,) = house.store.operations.newest(1)
    assert still.id == asked.id
    assert still.state is State.REQUESTED
