"""The made-up past: repeatable, as the store itself would have it, within what can be asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.history import Asked, Unreasonable, read
from bot.sandbox.history.measurements import scene, series
from bot.sandbox.history.plot import plot
from bot.sandbox.history.rollups import rollups
from bot.sandbox.history.writing import write
from bot.store import Sample, Store

NOW = datetime(2026, 11, 28, 17, 5, 30, tzinfo=UTC)
TABLES = (
    "samples", "sample_hours", "sample_days", "incidents", "incident_changes", "marks",
    "finished_deployments", "operations", "alert_silences", "lesson_actions",
)  # fmt: skip


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as sqlite:
        return {
            table: sorted(sqlite.execute(f"SELECT * FROM {table}").fetchall(), key=repr)  # noqa: S608
            for table in TABLES
        }


def test_the_same_request_gives_the_same_past(tmp_path: Path) -> None:
    asked = read("9d", "2024-03-04", 7, NOW)
    first = write(tmp_path / "first.sqlite3", asked)
    write(tmp_path / "second.sqlite3", asked)
    write(tmp_path / "second.sqlite3", asked)  # what was there is gone
    assert rows(tmp_path / "first.sqlite3") == rows(tmp_path / "second.sqlite3")
    other = Asked(asked.days, asked.until, seed=8)
    write(tmp_path / "other.sqlite3", other)
    assert rows(tmp_path / "other.sqlite3") != rows(tmp_path / "first.sqlite3")
    assert first.deployments > 2
    assert first.operations > 5


def test_a_leap_day_is_in_it(tmp_path: Path) -> None:
    write(tmp_path / "leap.sqlite3", read("6d", "2024-03-02", 1, NOW))
    store = Store.open(tmp_path / "leap.sqlite3")
    leap = datetime(2024, 2, 29, tzinfo=UTC)
    found = store.samples.window("production", "uptime", leap, leap + timedelta(days=1))
    store.close()
    assert found is not None
    assert found.count >= 1_000


def test_rollups_are_those_that_the_store_makes(tmp_path: Path) -> None:
    """One sample after the other through the store, beside arrays: the same buckets."""
    asked = Asked(2, datetime(2026, 3, 30, tzinfo=UTC), seed=3)
    story = plot(asked)
    store = Store.open(tmp_path / "store.sqlite3")
    try:
        for each in series(scene(asked, story), story):
            good = each.good.tolist() if each.good is not None else [None] * each.at.size
            store.samples.add(
                [
                    Sample("production", each.metric, datetime.fromtimestamp(at / 1000, UTC), v, g)
                    for at, v, g in zip(each.at.tolist(), each.values.tolist(), good, strict=True)
                ]
            )
            hours, days = rollups(each)
            with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as sqlite:
                for level, made in (("sample_hours", hours), ("sample_days", days)):
                    held = sqlite.execute(
                        "SELECT start, count, total, minimum, maximum, good, sketch "  # noqa: S608
                        f"FROM {level} WHERE series = (SELECT id FROM sample_series "
                        "WHERE metric = ?) ORDER BY start",
                        (each.metric,),
                    ).fetchall()
                    assert [row[:2] for row in held] == [row[:2] for row in made], each.metric
                    for ours, theirs in zip(made, held, strict=True):
                        assert ours[2:5] == pytest.approx(theirs[2:5])
                        assert ours[5:] == theirs[5:], each.metric
    finally:
        store.close()


def test_nothing_lies_in_the_future_or_before_the_beginning() -> None:
    asked = read("400d", "", 1, NOW)
    story = plot(asked)
    assert asked.until == datetime(2026, 11, 28, 17, 5, tzinfo=UTC)
    for moment in (
        *(each.until for each in story.troubles), *(each.at for each in story.deploys),
        *(each[1] for each in (*story.gaps, *story.windows)),
    ):  # fmt: skip
        assert asked.since <= moment <= asked.until
    kinds = {each.kind for each in story.troubles}
    assert kinds == {"outage", "degradation", "security", "drill"}
    assert story.gaps
    assert {each.outcome for each in story.deploys} == {"succeeded", "failed", "rolled back"}


@pytest.mark.parametrize(
    ("length", "until"),
    [("", ""), ("0d", ""), ("5000d", ""), ("year", ""), ("3d", "2027-01-01"), ("3d", "1999-01-01"),
     ("3d", "2023-02-29"), ("-3d", "")],
)  # fmt: skip
def test_what_cannot_be_is_told(length: str, until: str) -> None:
    with pytest.raises(Unreasonable):
        read(length, until, 1, NOW)
