"""A command without its argument offers what there is, in Slack as in a terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from psycopg import AsyncConnection

from bot import choosing
from bot.command import Argument, Choice, Command, Context, Reply
from bot.parsing import MissingArgument
from bot.sandbox.world import World
from tests.database.stage import as_stranger, blocking
from tests.database_care.stage import caring, typed
from tests.database_care.test_treatments import shown


async def nothing(_context: Context, _arguments: object) -> Reply:
    return Reply("done")


def test_a_press_runs_what_was_typed_with_the_chosen_value() -> None:
    what = Argument("what", "which one", required=True)
    command = Command("take", "Take one.", nothing, (what, Argument("into", "where", flag=True)))
    missing = MissingArgument(command, what, {"into": "a b", "what": None}, ())
    found = [Choice(f"it{number}", "Take it", "*bold*") for number in range(7)]
    reply = choosing.choice_reply(missing, found)
    assert (reply.text, reply.exit_code) == (":question: Which what? `take` needs one.", 64)
    rows = [block for block in reply.blocks if "accessory" in block]
    assert len(rows) == choosing.SHOWN
    assert json.loads(rows[0]["accessory"]["value"])["run"] == 'take it0 --into="a b"'
    assert "And 2 more." in str(reply.blocks)


async def test_sessions_are_offered_the_one_that_holds_up_others_first(
    world: World, tmp_path: Path
) -> None:
    async with caring(world, tmp_path) as house, blocking(world) as (holder, waiter):
        idle = await AsyncConnection.connect(world.database.url, autocommit=True)
        reply = await typed(house, "db kill --terminate")
        offered = reply.data["choices"]
        assert offered[:2] == [str(holder), str(waiter)]
        assert str(idle.info.backend_pid) not in offered
        assert f"db kill {holder} --terminate" in shown(reply)
        assert "It keeps 1 session waiting" in shown(reply)
        assert "secret@example.com" not in shown(reply)
        assert reply.exit_code == 64
        await idle.close()


async def test_where_nobody_can_tell_the_usage_is_told(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        world.faults.switch("database_down", True)
        await world.settled()
        reply = await asyncio.wait_for(typed(house, "db kill"), 30)
        world.faults.clear()
        await world.settled()
        assert reply.text.startswith(":question: `db kill` needs `pid`"), reply.text
        assert "4711" in shown(reply)
        async with as_stranger(world) as stranger:
            house.dispatcher.runtime.clients.database.dsn = stranger.dsn
            assert "needs" in (await typed(house, "db kill")).text


async def test_backups_and_secrets_are_offered(world: World, tmp_path: Path) -> None:
    async with caring(world, tmp_path) as house:
        reply = await typed(house, 'restore --into copy --reason "look at yesterday"')
        (newest, *_) = reply.data["choices"]
        assert f"restore {newest} --into copy" in shown(reply)
        assert "look at yesterday" in shown(reply)
        reply = await typed(house, "secrets rotate")
        assert "JWT_SECRET" in reply.data["choices"]
        assert "Rotate JWT_SECRET" in shown(reply)
        reply = await typed(house, "db unarchive")
        assert "needs `archive`" in reply.text  # nothing was archived: the usage
