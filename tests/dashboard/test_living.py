"""Dashboards in a real workspace: one a channel, edited, ended, deleted, archived, Slack away."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from datetime import timedelta
from pathlib import Path

from bot.command import Person
from bot.sandbox.workspace import ANA, OPS, RITA, Message
from bot.store import Store
from bot.store.dashboards import Dashboard, Ending
from handlers.dashboard.living import refresh_all
from tests.engines import surroundings
from tests.incidents.stage import Stage
from tests.sandbox.workspace.stage import until

TITLE = "Not certain: "


async def begun(stage: Stage, line: str = "dashboard", by: str = RITA) -> tuple[Dashboard, Message]:
    """Type it, and wait until its message stands in the channel."""
    before = len(stage.store.dashboards.running())
    await stage.actor(by).types(f"/pitchey {line}")
    await until(lambda: stage.store.dashboards.running() or before)
    await until(lambda: stage.runtime.messages.delivered(newest(stage).key) is not None)
    return newest(stage), message(stage, newest(stage))


def newest(stage: Stage) -> Dashboard:
    return stage.store.dashboards.running()[-1]


def message(stage: Stage, dashboard: Dashboard) -> Message:
    place = stage.runtime.messages.delivered(dashboard.key)
    assert place is not None
    return next(each for each in stage.said(OPS) if each.ts == place.ts)


async def refreshed(stage: Stage, after: timedelta = timedelta(seconds=31)) -> str:
    stage.clock.ahead += after
    return await refresh_all(stage.runtime, stage.runtime.now())


def boards(stage: Stage) -> list[Message]:
    """Every dashboard that stands in the channel, a stopped one too."""
    return [one for one in stage.said(OPS) if "Error budget" in str(one.blocks)]


async def test_it_lives_is_replaced_and_ends_by_itself(stage: Stage) -> None:
    first, shown = await begun(stage, "dashboard for 1h")
    assert TITLE in shown.text
    drawn = str(shown.blocks)
    assert await refreshed(stage) == "1 of 1 dashboards brought up to date."
    await until(lambda: str(message(stage, first).blocks) != drawn)
    assert await refreshed(stage, timedelta(seconds=5)) == "0 of 1 dashboards brought up to date."
    await stage.actor(ANA).types("/pitchey dashboard for 1h")
    await stage.actor(ANA).sees("It took the place of the one that <@rita> had started here.")
    await until(lambda: "ana started a newer one below" in message(stage, first).text)
    second = newest(stage)
    await until(lambda: stage.runtime.messages.delivered(second.key) is not None)
    assert (second.number, len(stage.store.dashboards.running())) == (first.number + 1, 1)
    await refreshed(stage, timedelta(hours=2))
    await until(lambda: "its time was over" in message(stage, second).text)
    assert stage.store.dashboards.running() == ()
    assert len(boards(stage)) == 2
    await stage.actor(RITA).types("/pitchey dashboard stop")
    await stage.actor(RITA).sees("its time was over")


async def test_kept_for_good_it_is_pinned_and_stopped_by_a_press(stage: Stage) -> None:
    first, _ = await begun(stage)
    await stage.actor(ANA).types("/pitchey dashboard pin")
    await stage.actor(ANA).sees(f"Dashboard {first.number} stays until somebody stops it")
    await refreshed(stage, timedelta(days=40))
    assert [each.ends_at for each in stage.store.dashboards.running()] == [None]
    assert stage.store.dashboards.running()[0].pinned
    assert len(stage.workspace.channels[OPS].pinned) == 1
    await until(lambda: "until somebody stops it" in str(message(stage, first).blocks))
    await stage.actor(RITA).presses("Stop")
    await until(lambda: "rita stopped it" in message(stage, first).text)
    assert stage.store.dashboards.last(OPS).ending is Ending.STOPPED  # type: ignore[union-attr]


async def test_where_its_channel_is_archived_it_ends(stage: Stage) -> None:
    first, _ = await begun(stage)
    await stage.workspace.act.archive(ANA, OPS)
    await until(lambda: not stage.store.dashboards.running())
    assert stage.store.dashboards.find(first.number).ending is Ending.ARCHIVED  # type: ignore[union-attr]


async def test_deleted_by_hand_it_ends_and_its_edit_goes_nowhere(stage: Stage) -> None:
    first, shown = await begun(stage)
    stage.workspace.posting.delete(shown)
    await refreshed(stage)
    edit = first.edit(1)
    await until(lambda: getattr(stage.store.outbox.find(edit), "state", "") == "failed")
    await refreshed(stage)
    ended = stage.store.dashboards.find(first.number)
    assert ended is not None
    assert ended.ending is Ending.DELETED
    assert boards(stage) == []
    assert stage.store.outbox.counts().failed == 0


async def test_while_slack_is_away_edits_do_not_pile_up(stage: Stage) -> None:
    first, shown = await begun(stage)
    drawn = str(shown.blocks)
    stage.faults.switch("slack_errors", True, 100.0)
    for _ in range(4):
        await refreshed(stage)
    assert stage.store.outbox.counts().waiting <= 2
    stage.faults.switch("slack_errors", False)
    stage.store.outbox.retry(stage.runtime.now())
    await until(lambda: str(message(stage, first).blocks) != drawn, 15)
    assert len(boards(stage)) == 1


async def test_bad_input_is_answered_with_what_would_work(stage: Stage) -> None:
    ana = stage.actor(ANA)
    for typed, told in (
        ("for ever and ever", "How long should the dashboard live?"),
        ("for 40d", "from 1m to 30d"),
        ("for 5x", "length of time"),
        ("--watch", "for a terminal"),
        ("--environment moon", "moon"),
        ("stop 99", "There is no dashboard 99"),
    ):
        await ana.types(f"/pitchey dashboard {typed}")
        await ana.sees(told)
    assert stage.store.dashboards.running() == ()


async def _process(stage: Stage) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--mode", "socket",
        cwd=Path(__file__).parents[2],
        env={
            "PATH": os.environ["PATH"],
            "PITCHEY_CONFIG": str(stage.settings.store.path.with_name("pitchey.toml")),
            "SLACK_BOT_TOKEN": stage.workspace.bot_token,
            "SLACK_APP_TOKEN": stage.workspace.app_token,
            **surroundings(stage.settings.store.path),
        },
        stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    async with asyncio.timeout(120):
        while b"ready: " not in (line := await process.stderr.readline()):
            assert line, "the bot ended"
    return process


async def test_killed_and_started_again_the_same_message_goes_on(stage: Stage) -> None:
    first, shown = await begun(stage)
    before = first.refreshed_at
    assert before is not None
    await stage.stop()
    config = stage.settings.store.path.with_name("pitchey.toml")
    config.write_text(config.read_text() + "\n[dashboard]\nrefresh_seconds = 5\n")
    store = Store.open(stage.settings.store.path, patience=5)
    try:
        bot = await _process(stage)
        try:
            await until(lambda: store.dashboards.running()[0].revision > 0, 15)
        finally:
            bot.send_signal(signal.SIGKILL)
            await bot.wait()
    finally:
        store.close()
        await stage.start()
    assert [each.number for each in stage.store.dashboards.running()] == [first.number]
    assert [each.ts for each in boards(stage)] == [shown.ts]


async def test_of_two_that_begin_at_once_one_lives(stage: Stage) -> None:
    boards_of = stage.store.dashboards
    now = stage.runtime.now()
    for name in ("a", "b"):
        boards_of.begin(OPS, "production", Person(name, name), now, None)
    assert [each.person.name for each in boards_of.running(OPS)] == ["b"]
    assert boards_of.end(boards_of.running()[0].number, Ending.TIME, "", now)
    assert not boards_of.end(2, Ending.STOPPED, "c", now)
