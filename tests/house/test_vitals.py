"""How the bot says it is: alive, silent, late, and unable to write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import House
from bot.jobs import Job
from bot.runtime import Runtime
from bot.sandbox.workspace import AppManifest, Workspace
from bot.store import ScheduleRecord
from bot.vitals import Vitals, VitalSigns, overdue
from tests.guard.conftest import settings_for
from tests.house.real_bot import ROOT, open_house

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WELL = Vitals(
    "1.0", "socket", timedelta(hours=1), 5 * SECOND, "", 9, timedelta(), "", 0, 0, None
)  # fmt: skip


async def _nothing(_runtime: Runtime, _due: datetime) -> str:
    return ""


def job(when: str | timedelta, name: str = "tick") -> Job:
    return Job(name, "A job", lambda _settings: when, _nothing, deadline=30.0)


def record(**more: datetime | None) -> ScheduleRecord:
    empty = ScheduleRecord(
        "tick", NOW - timedelta(days=2), None, None, None, "", "", None, "", None
    )
    return replace(empty, **more)


@pytest.mark.parametrize(
    ("vitals", "status", "word"),
    [
        (WELL, "ok", ""),
        (replace(WELL, contact=46 * SECOND), "failing", "slack: last heard of 46 s ago"),
        (replace(WELL, contact=None), "failing", "slack: last heard of never"),
        (replace(WELL, contact=None, uptime=5 * SECOND), "ok", ""),
        (replace(WELL, transport="http", contact=timedelta(hours=9)), "ok", ""),
        (replace(WELL, store_problem="The disk is full."), "failing", "store: The disk is full."),
        (replace(WELL, late=150 * SECOND, late_job="tick"), "failing", "scheduler: tick is 150 s"),
        (replace(WELL, late=30 * SECOND, late_job="tick"), "ok", ""),
        (replace(WELL, oldest=timedelta(hours=1)), "degraded", "outbox: a message waits"),
        (replace(WELL, failed=2), "degraded", "outbox: 2 messages were refused"),
        (replace(WELL, leaving=True), "draining", ""),
    ],
)
def test_what_makes_it_unfit_and_what_only_needs_a_word(
    vitals: Vitals, status: str, word: str
) -> None:
    told = vitals.told()
    assert told["status"] == status
    assert any(each.startswith(word) for each in [*vitals.problems, *vitals.warnings, ""])
    assert bool(vitals.problems) == (status == "failing")


def test_how_late_a_schedule_is() -> None:
    tick = job(15 * SECOND)
    assert overdue(tick, 15 * SECOND, record(due=NOW - 15 * SECOND), "UTC", NOW) == timedelta()
    assert overdue(tick, 15 * SECOND, record(due=NOW - 300 * SECOND), "UTC", NOW) == 270 * SECOND
    nine = job("0 9 * * *")
    late = NOW + timedelta(minutes=5)
    done = record(due=NOW, started_at=NOW, finished_at=NOW)
    assert overdue(nine, "0 9 * * *", done, "UTC", late) == timedelta()
    before = record(due=NOW - timedelta(days=1))
    assert overdue(nine, "0 9 * * *", before, "UTC", late) == timedelta(minutes=5)
    runs = record(due=NOW, started_at=NOW, finished_at=None)
    assert overdue(nine, "0 9 * * *", runs, "UTC", NOW + 20 * SECOND) == timedelta()
    assert overdue(nine, "0 9 * * *", runs, "UTC", NOW + 40 * SECOND) == 10 * SECOND


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    workspace = Workspace(AppManifest.load(ROOT / "manifest.yml"))
    made = open_house(settings_for(workspace, "http://127.0.0.1:9", tmp_path))
    made.dispatcher.runtime.clock = lambda: NOW
    made.dispatcher.runtime.started_at = NOW - timedelta(hours=1)
    yield made
    made.store.close()


def test_read_from_a_bot_and_shown_to_prometheus(house: House) -> None:
    store = house.store
    store.schedules.know("tick", NOW - timedelta(minutes=9))
    store.schedules.know("paused", NOW - timedelta(minutes=9))
    store.schedules.pause("paused", "ana", NOW)
    jobs = (job(15 * SECOND), job(15 * SECOND, "paused"), job(timedelta(hours=1), "hourly"))
    runtime = house.dispatcher.runtime
    signs = VitalSigns(runtime, jobs, "socket", lambda: NOW - 7 * SECOND)
    found = signs.read()
    assert (found.late_job, found.late, found.contact) == ("tick", 510 * SECOND, 7 * SECOND)
    assert found.store_bytes > 0
    house.dispatcher.observability.watch_vitals(signs.read)
    text = house.dispatcher.observability.exposition().decode()
    for line in (
        "pitchey_up 0.0",
        "pitchey_uptime_seconds 3600.0",
        "pitchey_scheduler_late_seconds 510.0",
        "pitchey_slack_contact_seconds 7.0",
        "pitchey_store_writable 1.0",
    ):
        assert f"\n{line}\n" in text


def test_a_store_that_is_gone_is_an_answer_too(house: House) -> None:
    signs = VitalSigns(house.dispatcher.runtime, (job(15 * SECOND),), "socket", lambda: None)
    connection = house.store._connection
    (getattr(connection, "_sqlite", None) or getattr(connection, "_pool")).close()  # noqa: B009
    found = signs.read()
    assert found.store_problem
    assert found.told()["status"] == "failing"
