"""Killed between posting and recording, the message is there once; nothing stored is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.lifetime import Lifetime
from bot.outbox import Outbox
from bot.sandbox.workspace import OPS
from bot.settings import Settings
from bot.store import Store
from bot.store.outbox_rows import State
from tests.engines import surroundings
from tests.outbox.conftest import Handler, Stage
from tests.sandbox.workspace.stage import until, without

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def child(
    settings: Settings, stage: Stage, tmp_path: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real process with a worker over the same store; alive until the test kills it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outbox.child", str(tmp_path / "pitchey.toml"),
        cwd=ROOT,
        env={**os.environ, "SLACK_BOT_TOKEN": stage.workspace.bot_token}
        | surroundings(settings.store.path),
    )  # fmt: skip
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


def swallow_answers(stage: Stage) -> None:
    """Slack takes each post, and its answer never arrives."""

    async def swallow(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if request.path.endswith("chat.postMessage"):
            await asyncio.sleep(3_600)
        return answer

    stage.between.append(swallow)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_killed_between_posting_and_recording(
    stage: Stage,
    store: Store,
    outbox: Outbox,
    settings: Settings,
    child: asyncio.subprocess.Process,
    in_thread: bool,
) -> None:
    parent = stage.workspace.posting.post(stage.workspace.channels[OPS], "U0ANA00001", "Parent")
    thread = parent.ts if in_thread else ""
    swallow_answers(stage)
    outbox.post(OPS, "Once", key="once", thread_ts=thread)
    outbox.post(OPS, "Next", key="next", thread_ts=thread)
    await until(lambda: stage.posted(OPS))
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    stage.between.clear()
    once = store.outbox.find("once")
    assert once is not None
    assert once.state is State.SENDING
    outbox.start()
    await until(lambda: outbox.delivered("next"), within=120)
    assert stage.texts(OPS) == ["Once", "Next"]
    assert outbox.delivered("once") == stage.posted(OPS)[0].ts


async def test_killed_before_slack_took_it(
    stage: Stage, settings: Settings, outbox: Outbox, child: asyncio.subprocess.Process
) -> None:
    reached = asyncio.Event()

    async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("chat.postMessage"):
            reached.set()
            await asyncio.sleep(3_600)
        return await handler(request)

    stage.between.append(hold)
    outbox.post(OPS, "Once", key="once")
    async with asyncio.timeout(120):
        await reached.wait()
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    stage.between.clear()
    outbox.start()
    await until(lambda: outbox.delivered("once"), within=120)
    assert stage.texts(OPS) == ["Once"]


async def test_without_the_permission_to_look_it_arrives_all_the_same(
    stage: Stage, store: Store, outbox: Outbox
) -> None:
    without(stage.workspace, "channels:history")
    outbox.post(OPS, "Arrives", key="k")
    message = store.outbox.find("k")
    assert message is not None
    store.outbox.begin(message, datetime.now(UTC))
    outbox.start()
    await until(lambda: outbox.delivered("k"))


async def test_one_process_delivers_and_the_next_takes_over(
    stage: Stage, settings: Settings, outbox: Outbox, child: asyncio.subprocess.Process
) -> None:
    outbox.post(OPS, "By the child", key="a")
    await until(lambda: outbox.delivered("a"))
    outbox.start()
    await asyncio.sleep(0.3)
    assert not outbox.delivering.is_set()
    os.kill(child.pid, signal.SIGKILL)
    await until(outbox.delivering.is_set, within=120)
    outbox.post(OPS, "By us", key="b")
    await until(lambda: outbox.delivered("b"))


async def test_a_run_that_was_cut_off_is_told_once(
    stage: Stage, store: Store, outbox: Outbox, settings: Settings
) -> None:
    ago = datetime.now(UTC) - timedelta(minutes=5)
    crashed = store.runs.begin("1", "socket", ago - timedelta(hours=2))
    store.runs.beat(crashed, ago, None)
    outbox.post(OPS, "Late one", key="late")
    lifetime = Lifetime(store, outbox, settings, "socket", lambda: None)
    lifetime.begin()
    outbox.start()
    await until(lambda: len(stage.posted(OPS)) == 2)
    late, told = stage.texts(OPS)
    assert late == "Late one"
    assert told.startswith(":warning: The bot was down from <!date^")
    assert f"<!date^{int(ago.timestamp())}^" in told
    assert told.endswith("; 1 message is sent late")
    await lifetime.stop()
    lifetime.end()

    again = Lifetime(store, outbox, settings, "socket", lambda: None)
    again.begin()
    await asyncio.sleep(0.3)
    await again.stop()
    assert len(stage.posted(OPS)) == 2
