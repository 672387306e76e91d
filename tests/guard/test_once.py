"""Exactly once: redelivery, double clicks, many people in the same second, restarts, kill -9."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.command import Invocation, Person, Reply, Role, Surface
from bot.journal import expire_overdue, interrupt_lost
from bot.payloads import reference
from bot.sandbox.workspace import ANA, OPS
from bot.settings import Roles
from bot.store import Store
from bot.store.operation_rows import Decision, State
from tests.engines import outlives, surroundings
from tests.guard.conftest import Stage
from tests.guard.test_approval import requested

PRESSES = 200
KILLS = int(os.environ.get("PITCHEY_KILLS", "20"))  # more: PITCHEY_KILLS=500
ROOT = Path(__file__).parents[2]


class Reader:
    """Keeps what one presser is told."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    async def progress(self, _text: str) -> None:
        return

    async def send(self, reply: Reply) -> None:
        self.replies.append(reply)


async def test_two_hundred_presses_are_one_effect(stage: Stage) -> None:
    operators = [f"U0OPER{number:04d}" for number in range(50)]
    for number, one in enumerate(operators):
        ana = stage.workspace.people[ANA]
        stage.workspace.people[one] = replace(ana, id=one, name=f"operator{number}")
    everybody = Roles(default=Role.OPERATOR, terminal=Role.ADMIN)
    await stage.stop()
    stage.settings = stage.settings.model_copy(update={"roles": everybody})
    await stage.start()
    await requested(stage)
    assert stage.house is not None
    dispatcher = stage.house.dispatcher
    line = f"operation {stage.only().id} approve"
    readers = [Reader() for _ in range(PRESSES)]

    def pressed(number: int) -> Invocation:
        person = Person(operators[number % 50], f"operator {number % 50}")
        return Invocation(reference(), person, Surface.BUTTON, line, OPS)

    await asyncio.gather(
        *(dispatcher.run(pressed(number), reader) for number, reader in enumerate(readers))
    )
    ended = await stage.ends()
    assert stage.effects() == (1, 1)
    told = [reader.replies[0].text for reader in readers]
    assert sum(":rocket: Started" in text for text in told) == 1
    others = [text for text in told if ":rocket:" not in text]
    assert len(others) == PRESSES - 1
    assert all(f"approved by <@{ended.decider_id}>" in text for text in others), set(others)
    started = [
        entry for entry in stage.store.audit.entries(limit=500) if entry.reference == ended.id
    ]
    assert [entry.outcome for entry in reversed(started)] == ["requested", "started", "succeeded"]


async def test_two_hundred_deliveries_over_the_socket_are_one_effect(stage: Stage) -> None:
    _, ana = await requested(stage)
    card = await ana.sees_message("Approval wanted", anytime=True)
    block = next(one for one in card.blocks if one["type"] == "actions")
    button = next(one for one in block["elements"] if "approve" in one["action_id"])
    act = stage.workspace.act
    await asyncio.gather(
        *(act.press(ANA, card.id, block["block_id"], button["action_id"]) for _ in range(PRESSES))
    )
    await stage.ends()
    await ana.sees("Rehearsed: one was counted up", anytime=True)
    assert stage.effects() == (1, 1)


async def test_the_same_delivery_again_is_not_worked_on_again(stage: Stage) -> None:
    _, ana = await requested(stage)
    await ana.presses("Approve practise danger", confirming="Approve")
    await stage.ends()
    # What Slack would deliver again is known already: the claim refuses it.
    with stage.store._connection.read() as sqlite:
        names = [row[0] for row in sqlite.execute("SELECT delivery_id FROM deliveries")]
    press = next(name for name in names if name.startswith("press:"))
    assert not stage.store.deliveries.claim(press, "", "", datetime.now(UTC))


async def test_a_stop_while_it_runs_is_told_after_the_start_and_resumed_once(stage: Stage) -> None:
    omar, ana = await requested(
        stage, '/pitchey practise danger --steps 4 --seconds 40 --reason "restart"'
    )
    await ana.presses("Approve practise danger", confirming="Approve")
    await ana.sees("Running practise danger", anytime=True)
    first = stage.only()
    await stage.stop()
    await stage.start()
    found = stage.store.operations.get(first.id)
    assert found is not None
    assert found.state is State.INTERRUPTED
    await ana.sees("Interrupted: the bot stopped while practise danger ran", anytime=True)
    await omar.presses("Resume practise danger")
    await omar.sees("Waiting for approval")
    assert stage.only().resumes == first.id


async def test_a_request_outlives_a_restart(stage: Stage) -> None:
    _, ana = await requested(stage)
    await stage.stop()
    await stage.start()
    await ana.presses("Approve practise danger", confirming="Approve")
    await stage.ends()
    assert stage.effects() == (1, 1)


async def test_a_lock_whose_process_died_holds_nobody_up(stage: Stage) -> None:
    omar, ana = await requested(stage)
    first = stage.only()
    stage.store.operations.begin(first.id, Decision(ANA, "ana"), "bot-dead", stage.time())
    await omar.types('/pitchey practise danger --seconds 0 --reason "after a crash"')
    await ana.sees("after a crash", anytime=True)
    await ana.presses("Approve practise danger", confirming="Approve")
    await ana.sees("Rehearsed: one was counted up", anytime=True)
    found = stage.store.operations.get(first.id)
    assert found is not None
    assert found.state is State.INTERRUPTED


async def test_killed_at_any_moment_nothing_happens_twice_and_everything_ends(
    tmp_path: Path,
) -> None:
    """A child asks, approves and runs without a pause, and is killed; then another starts."""
    path = tmp_path / "store.sqlite3"
    Store.open(path).close()
    chance = random.Random(7)
    for _ in range(KILLS):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.guard.killed",
            str(path),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | surroundings(path),
        )
        assert child.stdout is not None
        for _ in range(chance.randint(1, 2)):  # it is ready, and has done one
            await asyncio.wait_for(child.stdout.readline(), 120)
        await asyncio.sleep(chance.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        await child.wait()
    store = Store.open(path)
    try:
        now = datetime.now(UTC)
        ended = time.monotonic() + outlives(path)
        interrupt_lost(store, now)
        while store.operations.running() and time.monotonic() < ended:
            await asyncio.sleep(0.2)
            interrupt_lost(store, now)
        later = now + timedelta(hours=1)
        expire_overdue(store, later)
        records = store.operations.newest(100_000)
        assert len(records) > KILLS // 3
        assert [record.id for record in records if not record.state.final] == []
        assert store.rehearsals.count()[1] == 1  # none of them twice
        for record in records:
            times = store.rehearsals.times(record.id)
            if record.state is State.SUCCEEDED:
                assert times == 1, record.id
            elif record.started_at is None:
                assert times == 0, record.id
        assert store.audit.verify().intact
        states = {record.state for record in records}
        assert {State.SUCCEEDED, State.INTERRUPTED} <= states
    finally:
        store.close()


def test_the_owner_of_a_lock_is_known_to_be_alive(tmp_path: Path) -> None:
    one, two = Store.open(tmp_path / "a.sqlite3"), Store.open(tmp_path / "a.sqlite3")
    try:
        name = one.presence.sign_in("bot")
        assert two.presence.alive(name)
        assert two.presence.anyone("bot")
        one.presence.close()
        assert not two.presence.alive(name)
        assert not two.presence.anyone("bot")
    finally:
        one.close()
        two.close()
