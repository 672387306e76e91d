"""`kill -9` in the middle: nothing half-done is unrecorded, and what was begun can go on."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.world import World
from bot.store import Store
from tests.deploys.kills import killed_at
from tests.deploys.stage import crowd


async def test_killed_in_the_middle_it_says_where_it_was_and_goes_on(
    world: World, tmp_path: Path
) -> None:
    made = world.account.build("build", 0)[WORKER]
    world.faults.switch("cloudflare_slow", True, 0.15)  # so that a kill meets a call on its way
    path = tmp_path / "store.sqlite3"
    async with crowd(world):
        moments = ("asking for 50 %",)
        run, left = await killed_at(world, path, made.tag, moments)
    assert all(each.accounted_for for each in left), left
    assert dict(world.account.scripts[WORKER].live.versions) == {made.id: 100}
    deployed = [each for each in world.account.scripts[WORKER].deployments if each.message]
    ours = [each.versions for each in deployed if run.id in each.message]
    assert len(ours) == len(set(ours)), "something was deployed twice"
    store = Store.open(path)
    try:
        for operation in store.operations.newest(20):
            if operation.state.value != "interrupted":
                continue
            key = f"deploy:{run.id}:stranded:{operation.id}"
            told = store.outbox.find(key)
            assert told is not None, key
            shown = str(told.blocks)
            assert "Live now, by Cloudflare" in shown
            assert f"operation {operation.id} resume" in shown
            assert f"deploy abort {run.id}" in shown
    finally:
        store.close()
