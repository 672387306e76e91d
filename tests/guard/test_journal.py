"""The journal alone: each transition once, one lock a target, a resumed operation once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import OpsError
from bot.journal import OperationCancelled, Running, interrupt_lost, steps_before
from bot.short_ids import short_id
from bot.store import Store
from bot.store.operation_rows import Begun, Decision, State
from tests.guard.test_decisions import REQUEST

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
YES = Decision("U0ANA", "ana")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3")
    yield opened
    opened.close()


def add(store: Store, name: str, resumes: str = "") -> str:
    assert store.operations.add(name, REQUEST, NOW, LATER, resumes)
    return name


def test_of_many_processes_one_begins_it(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    stores = [Store.open(path) for _ in range(4)]
    add(stores[0], "OP-1")
    begun: list[Begun] = []
    gate = threading.Barrier(len(stores))

    def press(store: Store) -> None:
        gate.wait()
        begun.extend(store.operations.begin("OP-1", YES, "bot-1", NOW) for _ in range(25))

    threads = [threading.Thread(target=press, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.ours for one in begun].count(True) == 1
    assert len(begun) == 100
    for store in stores:
        store.close()


def test_a_target_runs_one_operation_at_a_time(store: Store) -> None:
    add(store, "OP-1")
    add(store, "OP-2")
    assert store.operations.begin("OP-1", YES, "bot-1", NOW).ours
    second = store.operations.begin("OP-2", YES, "bot-1", NOW)
    assert not second.ours
    assert second.holder is not None
    assert second.holder.id == "OP-1"
    assert store.operations.end("OP-1", State.SUCCEEDED, NOW, "bot-1", {"text": "done"})
    assert store.operations.begin("OP-2", YES, "bot-1", NOW).ours


def test_after_its_time_nothing_begins(store: Store) -> None:
    add(store, "OP-1")
    assert not store.operations.begin("OP-1", YES, "bot-1", LATER).ours
    assert store.operations.overdue(LATER)[0].id == "OP-1"
    assert store.operations.overdue(LATER - timedelta(milliseconds=1)) == ()


def test_an_end_is_final_and_only_the_owners(store: Store) -> None:
    add(store, "OP-1")
    assert not store.operations.end("OP-1", State.SUCCEEDED, NOW, "bot-1", {})
    store.operations.begin("OP-1", YES, "bot-1", NOW)
    assert not store.operations.end("OP-1", State.SUCCEEDED, NOW, "bot-2", {})
    assert not store.operations.decide("OP-1", State.REJECTED, NOW, YES)
    assert store.operations.end("OP-1", State.FAILED, NOW, "bot-1", {})
    assert not store.operations.end("OP-1", State.SUCCEEDED, NOW, "bot-1", {})
    found = store.operations.get("OP-1")
    assert found is not None
    assert found.state is State.FAILED


async def test_a_resumed_operation_knows_the_steps_and_runs_once(store: Store) -> None:
    add(store, "OP-1")
    store.operations.begin("OP-1", YES, "bot-dead", NOW)
    store.operations.begin_step("OP-1", "one", "bot-dead", NOW)
    store.operations.begin_step("OP-1", "two", "bot-dead", NOW)
    assert [record.id for record in interrupt_lost(store, NOW)] == ["OP-1"]
    assert interrupt_lost(store, NOW) == ()
    add(store, "OP-2", "OP-1")
    add(store, "OP-3", "OP-1")
    assert store.operations.begin("OP-2", YES, "bot-1", NOW).ours
    second = store.operations.get("OP-2")
    assert second is not None
    assert steps_before(store, second) == ("one",)
    store.operations.end("OP-2", State.SUCCEEDED, NOW, "bot-1", {})
    assert not store.operations.begin("OP-3", YES, "bot-1", NOW).ours


async def test_cancel_ends_between_two_steps_where_that_is_possible(store: Store) -> None:
    add(store, "OP-1")
    store.operations.begin("OP-1", YES, "bot-1", NOW)
    record = store.operations.get("OP-1")
    assert record is not None
    said: list[str] = []

    async def say(text: str) -> None:
        said.append(text)

    running = Running(store, record, lambda: NOW, say, cancellable=True)
    fixed = Running(store, record, lambda: NOW, say, cancellable=False)
    await running.step("one")
    assert not running.cancel_requested
    assert store.operations.ask_cancel("OP-1", "ana")
    assert not store.operations.ask_cancel("OP-1", "omar")
    assert running.cancel_requested
    with pytest.raises(OperationCancelled):
        await running.step("two")
    await fixed.step("three")
    assert said == ["one", "three"]
    assert running.finished_steps == ("one",)


def test_ids_can_be_read_out() -> None:
    ids = {short_id("OP") for _ in range(5_000)}
    assert len(ids) == 5_000  # of six letters two would be alike in one run of 60
    assert all(re.fullmatch("OP-[2-9A-Z]{8}", one) and not set(one[3:]) & set("IL") for one in ids)


def test_an_id_of_six_letters_is_found_as_before(store: Store) -> None:
    add(store, "OP-7KQ2MX")
    assert store.operations.get("OP-7KQ2MX") is not None


def test_an_emergency_has_one_commander_until_it_ends(store: Store) -> None:
    assert store.emergencies.commanded_by("U0ANA") is None
    number = store.emergencies.declare("SEV1", "U0ANA", NOW)
    assert store.emergencies.commanded_by("U0ANA") is not None
    assert store.emergencies.hand_over(number, "U0OMAR")
    assert store.emergencies.commanded_by("U0ANA") is None
    assert store.emergencies.end(number, NOW)
    assert not store.emergencies.end(number, NOW)
    assert store.emergencies.commanded_by("U0OMAR") is None


def test_a_closed_store_is_told_in_words(tmp_path: Path) -> None:
    opened = Store.open(tmp_path / "store.sqlite3")
    opened.close()
    with pytest.raises(OpsError):
        opened.operations.get("OP-1")
