"""Live logs: streamed, cut, renewed, stopped, killed; and the session at Cloudflare always gone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from bot.app import House
from bot.sandbox.cloudflare.account import PERMISSIONS, READ_TAIL, WORKER
from bot.sandbox.workspace import ANA, OPS
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.settings import Settings
from handlers.logs.leftovers import clear
from handlers.logs.result import Watch
from handlers.logs.stream import stream
from handlers.logs.views_live import ended_reply
from tests.engines import outlives, surroundings
from tests.logs.stage import Reader, in_slack, opened, run, settings_of
from tests.logs.test_past import ask
from tests.sandbox.workspace.stage import until


async def streamed(house: House, seconds: float) -> Watch:
    """Everything that comes within so many seconds."""
    runtime = house.dispatcher.runtime
    now = runtime.now()
    found = Watch("production", WORKER, False, "", now, now + timedelta(seconds=seconds))
    await stream(runtime, found, seconds, None)
    return found


async def test_lines_come_at_once_and_the_session_goes(world: World, tmp_path: Path) -> None:
    world.faults.switch("api_errors", True, 100)
    reader = Reader()
    async with opened(world, tmp_path) as house:
        running = asyncio.create_task(run(house, "logs --for 5s --match live-one", reader))
        await until(lambda: any(each.viewers for each in world.cloudflare.tails.sessions.values()))
        await ask(world, "/api/live-one?token=hunter2", 3)
        await until(lambda: len(reader.lines) >= 3, 3)
        assert not running.done()
        reply = await running
    assert all("GET /api/live-one" in line and "ERROR" in line for line in reader.lines)
    assert "hunter2" not in json.dumps(reader.lines)
    assert reply.text.startswith(":warning: Live logs of pitchey-production have ended: 3 errors")
    assert world.cloudflare.tails.sessions == {}


async def test_a_cut_socket_comes_back_and_is_told(world: World, tmp_path: Path) -> None:
    world.faults.switch("tail_cut", True, 0.6)
    async with opened(world, tmp_path) as house:
        found = await streamed(house, 2.5)
    assert found.end == "time"
    assert found.interruptions >= 1
    assert found.seen >= 2
    assert "The stream was cut" in json.dumps(ended_reply(found, "logs").blocks)
    assert world.cloudflare.tails.sessions == {}


async def test_a_stream_that_is_always_cut_is_not_hammered(world: World, tmp_path: Path) -> None:
    tails = world.cloudflare.tails
    before = tails.made
    world.faults.switch("tail_cut", True, 0.0)
    async with opened(world, tmp_path) as house:
        found = await streamed(house, 2.5)
    assert found.end == "time"
    assert tails.made - before <= 4  # after 0.2, 1 and 2 seconds
    assert tails.sessions == {}


async def test_a_session_is_renewed_before_it_falls_silent(world: World, tmp_path: Path) -> None:
    tails = world.cloudflare.tails
    tails.lifetime, before = 1.5, tails.made
    async with opened(world, tmp_path) as house:
        found = await streamed(house, 3.0)
    assert tails.made - before >= 3
    assert found.interruptions == 0
    assert found.seen >= 4  # visitors come every 0.4 s, to the end
    assert tails.sessions == {}


async def test_refusals_of_the_tail(world: World, tmp_path: Path) -> None:
    settings = settings_of(world, tmp_path)
    async with opened(world, tmp_path, _with(settings, _token(world))) as house:
        refused = await run(house, "logs --for 5s")
    assert "Workers Tail Read" in json.dumps(refused.blocks)
    world.faults.switch("cloudflare_down", True)
    async with opened(world, tmp_path, settings) as house:
        down = await run(house, "logs --for 5s")
    assert down.text.startswith(":x: Live logs of pitchey-production ended early")
    assert down.exit_code == 1


async def test_cancelled_in_the_middle(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        running = asyncio.create_task(run(house, "logs --for 60s"))
        await until(lambda: world.cloudflare.tails.sessions)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert world.cloudflare.tails.sessions == {}
        assert house.store.live_logs.tails() == ()


async def test_what_cannot_be_deleted_now_is_deleted_later(world: World, tmp_path: Path) -> None:
    async with opened(world, tmp_path) as house:
        running = asyncio.create_task(run(house, "logs --for 60s"))
        await until(lambda: world.cloudflare.tails.sessions)
        world.faults.switch("cloudflare_forbidden", True)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert len(world.cloudflare.tails.sessions) == 1
        world.faults.switch("cloudflare_forbidden", False)
        assert await clear(house.dispatcher.runtime) == 1
    assert world.cloudflare.tails.sessions == {}


async def test_a_killed_process_leaves_nothing_for_long(world: World, tmp_path: Path) -> None:
    settings = settings_of(world, tmp_path)
    variables = {
        **os.environ,
        **world.environment,
        "PITCHEY_CONFIG": str(tmp_path / "pitchey.toml"),
        **surroundings(settings.store.path),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "logs", "--for", "60s", env=variables,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until(
            lambda: any(each.viewers for each in world.cloudflare.tails.sessions.values()), 30
        )
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()
    await asyncio.sleep(outlives(settings.store.path))
    assert len(world.cloudflare.tails.sessions) == 1
    async with opened(world, tmp_path, settings) as house:
        assert await clear(house.dispatcher.runtime) == 1
        assert house.store.live_logs.tails() == ()
    assert world.cloudflare.tails.sessions == {}


async def test_one_message_in_slack_until_somebody_stops_it(world: World, tmp_path: Path) -> None:
    world.faults.switch("api_errors", True, 100)
    ana = Actor(world.workspace, ANA)
    async with opened(world, tmp_path) as house, in_slack(house):
        await ana.types("/pitchey logs --for 60s --match in-slack")
        await ana.sees_message("Live logs of pitchey-production: no errors yet")
        await until(lambda: any(each.viewers for each in world.cloudflare.tails.sessions.values()))
        await ask(world, "/api/in-slack", 2)
        shown = await ana.sees_message("2 errors")
        await ana.types("/pitchey logs --for 60s")
        await ana.sees("A live log runs here already")
        await ana.presses("Stop it")
        await ana.sees("is being stopped")
        ended = await ana.sees_message("have ended: 2 errors")
        assert (ended.ts, ended.channel_id) == (shown.ts, OPS)
        assert "stopped by ana" in json.dumps(ended.blocks)
        await until(lambda: world.cloudflare.tails.sessions == {})
        await ana.sees_message("First of its kind", anytime=True)
        assert house.store.live_logs.running() == ()


async def test_a_stopped_and_a_killed_bot_end_the_message(world: World, tmp_path: Path) -> None:
    ana = Actor(world.workspace, ANA)
    settings = settings_of(world, tmp_path)
    async with opened(world, tmp_path, settings) as house, in_slack(house):
        await ana.types("/pitchey logs --for 60s")
        await ana.sees_message("Live logs of pitchey-production: no errors yet")
        await until(lambda: world.cloudflare.tails.sessions)
    assert world.cloudflare.tails.sessions == {}
    async with opened(world, tmp_path, settings) as house, in_slack(house):
        await ana.sees_message("have ended", anytime=True)
        now = house.dispatcher.runtime.now()
        person = type("", (), {"id": ANA, "name": "ana"})
        record = house.store.live_logs.begin("bot-dead", "w", OPS, person, now, now)  # type: ignore[arg-type]
        assert record is not None
        house.dispatcher.runtime.messages.post(OPS, "Live logs", key=record.key)
        await ana.sees_message("Live logs")
        await clear(house.dispatcher.runtime)
        await ana.sees_message("the bot was stopped in the middle")
        assert house.store.live_logs.running() == ()


def _token(world: World) -> str:
    return world.account.issue(PERMISSIONS - {READ_TAIL}).value


def _with(settings: Settings, token: str) -> Settings:
    kind = type(settings.secrets.cloudflare_api_token)
    secrets = settings.secrets.model_copy(update={"cloudflare_api_token": kind(token)})  # type: ignore[misc]
    return settings.model_copy(update={"secrets": secrets})
