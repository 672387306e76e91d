"""Rows come in the order that a repository names, whatever happened to them since.

A file gives rows without one by their key; PostgreSQL gives what was changed last, last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import Problem, Store
from tests.incidents.acts import ANA, NOW, declared, entry

LATER = NOW + timedelta(minutes=5)
REFERENCE = "C1:1700000000.000100"


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    opened = Store.open(tmp_path / "store.sqlite3", store_url)
    yield opened
    opened.close()


def test_alerts_are_edited_oldest_first_though_the_oldest_changed_last(store: Store) -> None:
    problems = [
        Problem("rule", name, name, "warning", "slow", "R", "production", channel="C1")
        for name in ("first", "second", "third")
    ]
    store.alerts.raise_all(problems, NOW)
    for number in (3, 2, 1):
        posted = store.alerts.find(f"AL-{number}")
        assert posted is not None
        store.alert_telling.told(posted, NOW)
        store.alerts.acknowledge(number, ANA, "looking", NOW, LATER)

    telling = store.alert_telling
    assert [each.number for each in telling.changed()] == [1, 2, 3]
    assert [each.number for each in telling.unarrived()] == [1, 2, 3]
    assert [each.number for each in telling.due_reminders(LATER)] == [1, 2, 3]
    assert telling.recent("C1", NOW) == (1, 2, 3)


def test_posts_of_one_moment_keep_their_order_when_one_was_tried(store: Store) -> None:
    posts = store.report_posts
    for channel in ("C1", "C2", "C3"):
        posts.want("weekly", "2026-W13", 1, channel, "", NOW)
    tried = posts.find("weekly", "2026-W13", 1, "C1")
    assert tried is not None
    posts.failed(tried, "the channel is archived")

    assert [each.channel for each in posts.unfinished()] == ["C1", "C2", "C3"]
    assert [each.channel for each in posts.of("weekly", "2026-W13")] == ["C1", "C2", "C3"]


def test_a_message_on_many_timelines_names_their_incidents_in_order(store: Store) -> None:
    incidents = [declared(store, f"Checkout fails {number}").id for number in range(12)]
    for incident in reversed(incidents):
        store.timeline.append(incident, entry(kind="message", reference=REFERENCE))

    assert list(store.timeline.incidents_of_message(REFERENCE)) == incidents
