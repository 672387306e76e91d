"""The store of runs: one effect a press, history that cannot be changed, clocks that are kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import BadInput, OpsError
from bot.playbooks.clocks import alarms
from bot.playbooks.records import Entry, RunState, StepState
from bot.store import Store
from tests.playbooks.made import HOUR, START, playbook, run

ENTRY = Entry(START, "done", "U0RITA", "rita", "1.1 Isolate: done.", "isolate")
OPEN = (StepState.OPEN, StepState.FAILED)


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    made = Store.open(tmp_path / "store.sqlite3", store_url)
    yield made
    made.close()


def started(store: Store) -> str:
    return store.playbook_runs.start(run(), ENTRY)[0].id


def test_a_run_comes_back_as_it_was_started(store: Store) -> None:
    made, fresh = store.playbook_runs.start(run(choices={"cause": "cache"}), ENTRY)
    assert fresh
    assert made.id == "RUN-1"
    assert store.playbook_runs.get("run-1") == made
    assert (made.content, dict(made.choices)) == (run().content, {"cause": "cache"})
    assert (made.started_at, made.discovered_at) == (START, START)


def test_starting_it_twice_in_a_place_joins_and_elsewhere_or_as_a_drill_does_not(
    store: Store,
) -> None:
    first = started(store)
    assert store.playbook_runs.start(run(), ENTRY) == (store.playbook_runs.get(first), False)
    assert store.playbook_runs.start(run(drill=True), ENTRY)[1]
    assert store.playbook_runs.start(run(channel="C0OTHER"), ENTRY)[1]
    assert store.playbook_runs.end(first, RunState.STOPPED, START, ENTRY)
    assert store.playbook_runs.start(run(), ENTRY)[1]


def test_of_many_who_press_at_once_one_does_it(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    name, won = started(store), []
    others = [Store.open(tmp_path / "store.sqlite3", store_url) for _ in range(4)]

    def press(own: Store, number: int) -> None:
        fields = {"state": StepState.DONE, "actor_name": str(number), "at": START}
        if own.playbook_runs.move(name, "isolate", OPEN, fields, ENTRY):
            won.append(str(number))

    threads = [
        threading.Thread(target=press, args=(others[number % 4], number)) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert [store.playbook_runs.steps(name)["isolate"].actor_name] == won
    assert [one.kind for one in store.playbook_runs.history(name)] == ["done", "done"]


def test_a_late_result_of_an_earlier_attempt_changes_nothing(store: Store) -> None:
    name, moves = started(store), store.playbook_runs.move
    running = {"state": StepState.RUNNING, "attempt": 2}
    assert moves(name, "look", OPEN, running, ENTRY, attempt=0)
    done = {"state": StepState.DONE}
    assert not moves(name, "look", (StepState.RUNNING,), done, ENTRY, attempt=1)
    assert moves(name, "look", (StepState.RUNNING,), done, ENTRY, attempt=2)
    with pytest.raises(ValueError, match="no colour"):
        moves(name, "look", OPEN, {"colour": "red"}, ENTRY)


def test_the_history_can_only_be_added_to(store: Store) -> None:
    started(store)
    for statement in ("UPDATE playbook_history SET text = 'x'", "DELETE FROM playbook_history"):
        with (
            pytest.raises(OpsError, match="append-only"),
            store._connection.write() as inside,
        ):
            inside.execute(statement)


def test_alarms_are_kept_fire_late_and_once(store: Store, store_url: str, tmp_path: Path) -> None:
    name = started(store)
    clocks = store.playbook_clocks
    clocks.set_alarms(name, alarms(run(), playbook()), START)
    assert clocks.due(START) == ()
    other = Store.open(tmp_path / "store.sqlite3", store_url)  # as after a restart
    later = START + 5 * HOUR
    due = [alarm.key for _, alarm in other.playbook_clocks.due(later)]
    assert due == ["now:80", "now:lapse", "later:80", "later:lapse"]
    assert other.playbook_clocks.fired(name, "now:80", later, ENTRY)
    assert not clocks.fired(name, "now:80", later, ENTRY)
    assert len(clocks.due(later)) == 3
    other.close()
    # A later start leaves out what was over then; new windows leave out what was told.
    clocks.set_alarms(name, alarms(run(), playbook()), later)
    assert [alarm.key for _, alarm in clocks.due(later + 100 * HOUR)] == [
        "legal:50", "legal:80", "legal:95", "legal:lapse",
    ]  # fmt: skip
    store.playbook_runs.end(name, RunState.FINISHED, later, ENTRY)
    assert clocks.due(later + 100 * HOUR) == ()
    assert store.playbook_runs.reopen(name)
    clocks.set_alarms(name, alarms(run(), playbook()), later)
    assert len(clocks.due(later + 100 * HOUR)) == 4


def test_the_climb_is_stored_by_one_process_only(store: Store) -> None:
    name = started(store)
    before = store.playbook_runs.get(name)
    assert store.playbook_clocks.climb(before, 1, START + HOUR, ENTRY)
    assert not store.playbook_clocks.climb(before, 1, START + HOUR, ENTRY)
    after = store.playbook_runs.get(name)
    assert (after.climb_called, after.climb_at) == (1, START + HOUR)


def test_a_switch_takes_the_version_it_was_offered_for(store: Store) -> None:
    name = started(store)
    assert store.playbook_clocks.offered(name, "new", ENTRY)
    assert not store.playbook_clocks.offered(name, "new", ENTRY)
    version = store.playbook_runs.get(name).version
    assert store.playbook_runs.switch(name, version, ("T", "new", "text"), ENTRY)
    assert not store.playbook_runs.switch(name, version, ("T", "newer", "text"), ENTRY)
    assert store.playbook_runs.get(name).content == "text"


def test_a_finished_run_opens_again_unless_another_took_its_place(store: Store) -> None:
    name = started(store)
    store.playbook_runs.end(name, RunState.FINISHED, START, ENTRY)
    assert not store.playbook_runs.end(name, RunState.STOPPED, START, ENTRY)
    assert store.playbook_runs.reopen(name)
    store.playbook_runs.end(name, RunState.FINISHED, START, ENTRY)
    store.playbook_runs.start(run(), ENTRY)
    assert not store.playbook_runs.reopen(name)


def test_cards_count_their_revisions(store: Store) -> None:
    name, clocks = started(store), store.playbook_clocks
    assert clocks.card(name, "now") == (0, "")
    assert clocks.posted(name, "now", 0, "a")
    assert not clocks.posted(name, "now", 0, "b")
    assert clocks.card(name, "now") == (1, "a")


@pytest.mark.parametrize("name", ["", "RUN-", "RUN-x", "7; DROP", "RUN-99999999999999", "²", "-1"])
def test_what_is_no_run_is_refused_in_words(store: Store, name: str) -> None:
    with pytest.raises(BadInput):
        store.playbook_runs.get(name)


def test_a_choice_is_made_once(store: Store) -> None:
    name = started(store)
    assert store.playbook_runs.choose(name, "cause", "cache", ENTRY)
    assert not store.playbook_runs.choose(name, "cause", "cache", ENTRY)
    assert dict(store.playbook_runs.get(name).choices) == {"cause": "cache"}


def test_a_store_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    closed = Store.unusable(tmp_path / "none.sqlite3", OpsError("The disk is full."))
    with pytest.raises(OpsError, match="The disk is full"):
        closed.playbook_runs.start(run(), ENTRY)


@pytest.mark.file_only
def test_what_is_asked_every_few_seconds_reads_no_whole_table(store: Store, tmp_path: Path) -> None:
    started(store)
    asked = (
        "SELECT * FROM playbook_runs WHERE state = 'active' ORDER BY number",
        "SELECT * FROM playbook_runs WHERE state = 'active' AND channel = 'C' ORDER BY number",
        "SELECT * FROM playbook_runs WHERE incident = 'INC-1' ORDER BY number",
        "SELECT * FROM playbook_steps WHERE state = 'running' ORDER BY run, step",
        "SELECT * FROM playbook_alarms WHERE fired_at IS NULL AND due_at <= 5 ORDER BY due_at",
    )
    with sqlite3.connect(tmp_path / "store.sqlite3") as file:
        for query in asked:
            plan = " ".join(row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {query}"))
            assert "INDEX" in plan, (query, plan)
    file.close()
