from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.store import Store
from bot.store.deploys_rows import DeployOutcome, DeployRecord, DeployWish, StepState

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
RUN = DeployRecord(
    "OP-1", "production", "pitchey-production", "version", "v1.10.0", {"canary": [5]}, "U1", "Ana",
    "C1", AT, version="new", tag="v1.10.0", previous="old", previous_tag="v1.9.0",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3", url=store_url)
    yield opened
    opened.close()


def test_one_deployment_an_environment_is_under_way(store: Store) -> None:
    first, ours = store.deploys.start(RUN)
    assert ours
    assert store.deploys.start(replace(RUN, asked="other")) == (first, False)
    other, ours = store.deploys.start(replace(RUN, environment="staging"))
    assert ours
    assert store.deploys.unfinished() == (first, other)
    assert store.deploys.unfinished_in("staging") == other
    assert store.deploys.end(first.id, DeployOutcome.SUCCEEDED, "", AT)
    assert not store.deploys.end(first.id, DeployOutcome.FAILED, "late", AT)
    ended = store.deploys.get(first.id)
    assert (ended.outcome, ended.ended_at, ended.detail) == (DeployOutcome.SUCCEEDED, AT, "")
    again, ours = store.deploys.start(RUN)
    assert ours
    assert store.deploys.newest(2) == (again, other)


def test_what_becomes_known_is_kept(store: Store) -> None:
    run, _ = store.deploys.start(RUN)
    store.deploys.keep(run.id, {"percent": 5, "turn": 1})
    changed = store.deploys.change(run.id, version="other", tag="v2", operation="OP-2")
    assert (changed.version, changed.called, changed.operation) == ("other", "v2", "OP-2")
    assert changed.canary == {"percent": 5, "turn": 1}
    assert changed.wanted == {"canary": [5]}
    with pytest.raises(ValueError, match="outcome"):
        store.deploys.change(run.id, outcome="succeeded")
    for unknown in ("DEP-99", "x", "", "DEP-1; DROP"):
        with pytest.raises(BadInput):
            store.deploys.get(unknown)


def test_a_step_keeps_when_it_began_and_ends_once(store: Store) -> None:
    run, _ = store.deploys.start(RUN)
    later = AT + timedelta(seconds=9)
    store.deploys.mark(run.id, "tests", StepState.RUNNING, AT)
    store.deploys.mark(run.id, "tests", StepState.RUNNING, later, "half")
    store.deploys.mark(run.id, "tests", StepState.PASSED, later, "17 passed", "x" * 50_000 + "end")
    kept = store.deploys.steps(run.id)["tests"]
    assert (kept.state, kept.started_at, kept.ended_at) == (StepState.PASSED, AT, later)
    assert kept.output.endswith("xend")
    assert len(kept.output) == 20_000


def test_of_two_wishes_of_a_turn_the_first_counts(store: Store) -> None:
    run, _ = store.deploys.start(RUN)
    ana, omar = (DeployWish(0, "promote", f"U{name}", name, AT) for name in ("Ana", "Omar"))
    assert store.deploys.wish(run.id, "go", ana) == (ana, True)
    assert store.deploys.wish(run.id, "go", omar) == (ana, False)
    back = replace(omar, wish="abort")
    assert store.deploys.wish(run.id, "back", back) == (back, True)
    assert store.deploys.wished(run.id, 0) == {"go": ana, "back": back}
    assert store.deploys.wished(run.id, 1) == {}


def test_a_card_remembers_what_it_says(store: Store) -> None:
    run, _ = store.deploys.start(RUN)
    assert store.deploys.card(run.id) == (0, "")
    store.deploys.posted(run.id, 1, "abc")
    assert store.deploys.card(run.id) == (1, "abc")
