"""Limits on both sides, and growth until the plan is full. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from handlers.database.looks import (
    condition,
    configuration,
    replication,
    sequences,
    sessions,
    size,
)
from handlers.database.result import Severity
from handlers.database.thresholds import CONNECTIONS, GB, above, below
from tests.database.rows import DAY, answers


@pytest.mark.parametrize(
    ("value", "severity"),
    [(79.9, None), (80, Severity.WARNING), (89.9, Severity.WARNING), (90, Severity.CRITICAL)],
)
def test_more_is_worse(value: float, severity: Severity | None) -> None:
    assert above(value, CONNECTIONS) is severity


def test_less_is_worse() -> None:
    found = [below(value, (98.0, 95.0)) for value in (98.1, 98, 95.1, 95)]
    assert found == [None, Severity.WARNING, Severity.WARNING, Severity.CRITICAL]


@pytest.mark.parametrize(
    ("used", "severity"), [(77, None), (78, Severity.WARNING), (88, Severity.CRITICAL)]
)
def test_reserved_connections_do_not_count_as_free(used: int, severity: Severity | None) -> None:
    row = {"used": used, "hidden": 0, "max_connections": 100, "reserved": 3}
    assert [each.severity for each in sessions.count_findings(row)] == (
        [severity] if severity else []
    )


def sizes(first: float, a_day: float, days: int) -> dict[date, float]:
    return {date(2026, 11, 1) + timedelta(days=day): first + a_day * day for day in range(days)}


def test_growth_needs_a_week_and_says_when_the_plan_is_full() -> None:
    few = size.coming(sizes(1e9, 1e8, 6), 2.5 * GB)
    assert "7 are needed" in dict(size.facts(2e9, few, 2.5 * GB))["Growth"]
    when = size.coming(sizes(1e9, 1e8, 11), 2.5 * GB)  # 2.0 GB on the last day
    assert when.slope == pytest.approx(1e8)
    assert size.days_left(2e9, when, 2.5 * GB) == pytest.approx(5)
    assert size.days_left(2.6e9, when, 2.5 * GB) == 0
    (found,) = size.findings(2e9, when, 2.5 * GB)
    assert found.severity is Severity.CRITICAL
    assert "full in 5 days" in found.reason
    assert size.findings(2e9, size.coming(sizes(1e9, 1e8, 11), 0), 0) == []
    shrinks = size.coming(sizes(2e9, -2e8, 8), 5 * GB)
    assert size.days_left(1e9, shrinks, 5 * GB) is None
    assert "\N{MINUS SIGN}200" in dict(size.facts(1e9, shrinks, 0))["Growth"]


def test_cache_hits_need_traffic() -> None:
    row = {"hit": 90, "read": 10, "commits": 10, "rollbacks": 9, "deadlocks": 0}
    assert condition.traffic_findings(row, DAY) == []
    many = {**row, "hit": 970_000, "read": 30_000, "commits": 9_000, "rollbacks": 1_000}
    found = condition.traffic_findings({**many, "deadlocks": 10}, DAY)
    assert [(each.subject, each.severity) for each in found] == [
        ("Cache hits", Severity.WARNING),
        ("Deadlocks", Severity.WARNING),
        ("Rollbacks", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("transactions", "severity"),
    [
        (170_000_000, None),
        (190_000_000, Severity.WARNING),
        (499_000_000, Severity.WARNING),
        (1_000_000_000, Severity.CRITICAL),
    ],
)
def test_wraparound(transactions: int, severity: Severity | None) -> None:
    row = {"transactions": transactions, "multixacts": 0, "freeze_age": 200_000_000}
    found = condition.wraparound_findings(row, [{"name": 'public."T"', "transactions": 1}])
    assert [each.severity for each in found] == ([severity] if severity else [])
    if found:
        assert found[0].fix == 'VACUUM (FREEZE) public."T";'


def test_sequences_are_measured_by_their_column() -> None:
    row = {
        "name": "s", "on_table": "t", "on_column": "id", "type": "integer", "most": 2_147_483_647,
        "cycles": False, "used": 76.0, "last": 1, "total": 1, "hidden": 0,
    }  # fmt: skip
    (found,) = sequences.findings([row])
    assert found.severity is Severity.WARNING
    assert found.fix.startswith("ALTER TABLE t ALTER COLUMN id TYPE bigint;")
    assert sequences.findings([{**row, "cycles": True}, {**row, "used": None}]) == []
    (found,) = sequences.findings([{**row, "used": 91.0, "type": "bigint"}])
    assert (found.severity, found.fix) == (Severity.CRITICAL, "")


def test_slots_that_nobody_reads() -> None:
    slot = {"name": "o'x", "active": False, "kept": 5, "wal_status": "reserved", "type": "logical"}
    fresh = answers(slots=[{**slot, "inactive": 599.0}])
    assert replication.findings(fresh) == []
    (old,) = replication.findings(answers(slots=[{**slot, "inactive": 601.0}]))
    assert (old.severity, old.fix) == (
        Severity.WARNING,
        "SELECT pg_drop_replication_slot('o''x');",
    )
    read = {**slot, "active": True, "inactive": None, "kept": 5 * GB}
    (large,) = replication.findings(answers(slots=[read]))
    assert (large.severity, large.fix) == (Severity.CRITICAL, "")


def test_a_slot_is_not_dropped_without_a_warning_and_a_lost_one_is_told() -> None:
    slot = {"name": "x", "active": False, "kept": 5, "wal_status": "reserved", "type": "physical",
            "inactive": None}  # fmt: skip
    (found,) = replication.findings(answers(slots=[slot]))
    assert "drop the slot only where that one is gone for good" in found.reason
    (lost,) = replication.findings(answers(slots=[{**slot, "wal_status": "lost", "kept": 0}]))
    assert "its reader has to be copied anew" in lost.reason


def test_who_follows_is_a_standby_or_a_subscriber_and_lacks_time_or_bytes() -> None:
    sender = {"pid": 7, "application": "fra", "state": "streaming", "behind": 10, "lag": None,
              "subscriber": False}  # fmt: skip
    fine = answers(walsenders=[sender, {**sender, "application": "w", "subscriber": True}])
    assert replication.findings(fine) == []
    found = replication.look(fine)
    assert found.summary.startswith("1 standby, 1 subscriber, 0 slots")
    assert found.facts == (("Replication lag", "0\u00a0ms of 1 standby"),)
    (late,) = replication.findings(answers(walsenders=[{**sender, "lag": 31.0}]))
    assert (late.subject, late.severity) == ("Standby fra", Severity.WARNING)
    (mute,) = replication.findings(answers(walsenders=[{**sender, "behind": 6 * GB}]))
    assert (mute.reason, mute.severity) == ("It is 6.0\u00a0GB behind.", Severity.CRITICAL)


def test_a_subscription_that_is_on_and_fails_is_not_told_to_be_enabled() -> None:
    row = {"name": "w", "pid": None, "silent": None, "enabled": True}
    errors = [{"name": "w", "applying": 3, "syncing": 1}]
    (found,) = replication.findings(answers(subscriptions=[row], subscription_errors=errors))
    assert found.fix == ""
    assert "ends at each attempt (4 failures since statistics began)" in found.reason
    (found,) = replication.findings(answers(subscriptions=[{**row, "enabled": False}]))
    assert found.fix == 'ALTER SUBSCRIPTION "w" ENABLE;'
    assert "It is disabled, so nothing arrives" in found.reason


def test_dangerous_settings() -> None:
    row = {"name": "fsync", "setting": "off", "unit": "", "source": "x", "pending_restart": False}
    (found,) = configuration.findings([row])
    assert found.severity is Severity.CRITICAL
    assert configuration.findings([{**row, "setting": "on"}]) == []
    assert configuration.value({"setting": "16384", "unit": "8kB"}) == "134\u00a0MB"
