"""Sessions that last, and who blocks whom. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.postgres_trouble import DatabaseTrouble, meaning
from handlers.database.looks import (
    locks,
    sessions,
)
from handlers.database.result import Severity
from tests.database.rows import session


@pytest.mark.parametrize(
    ("row", "severity", "fix"),
    [
        (session(1, "active", 59), None, ""),
        (session(1, "active", 61), Severity.WARNING, "SELECT pg_cancel_backend(1);"),
        (session(1, "active", 601), Severity.CRITICAL, "SELECT pg_cancel_backend(1);"),
        (session(1, "idle in transaction", 299), None, ""),
        (
            session(1, "idle in transaction (aborted)", 301),
            Severity.WARNING,
            "SELECT pg_terminate_backend(1);",
        ),
        (
            session(1, "active", 1, transaction_seconds=1_801),
            Severity.CRITICAL,
            "SELECT pg_terminate_backend(1);",
        ),
    ],
)
def test_sessions(row: dict[str, Any], severity: Severity | None, fix: str) -> None:
    found = sessions.activity_findings([row])
    if severity is None:
        # A short query in a long transaction is a finding of its own.
        assert found == []
    else:
        assert [(each.severity, each.fix) for each in found] == [(severity, fix)]
        assert "secret" not in found[0].reason


def test_the_root_of_a_chain_is_named_and_a_circle_ends() -> None:
    assert locks.roots({1: [], 2: [1], 3: [2], 4: [3, 2]}) == {1: {2, 3, 4}}
    assert locks.roots({1: [2], 2: [1]}) == {1: {1, 2}}
    assert locks.roots({2: [0], 3: [9]}) == {0: {2}, 9: {3}}


@pytest.mark.parametrize(
    ("seconds", "severity"),
    [(1, Severity.NOTE), (31, Severity.WARNING), (121, Severity.CRITICAL)],
)
def test_blockers(seconds: float, severity: Severity) -> None:
    rows = [
        session(1, "idle in transaction", 500),
        session(2, "active", seconds, blockers=[1]),
        session(3, "active", 0.5, blockers=[2]),
    ]
    (found,) = locks.findings(rows, [])
    assert (found.severity, found.fix) == (severity, "SELECT pg_terminate_backend(1);")
    assert "2 sessions waiting" in found.reason
    prepared = [{"gid": "it's", "role": "app", "seconds": 9.0}]
    (found,) = locks.findings([session(2, seconds=40, blockers=[0])], prepared)
    assert found.fix == "ROLLBACK PREPARED 'it''s';"


def test_a_lock_time_out_is_told_apart() -> None:
    said = "canceling statement due to lock timeout"
    assert meaning(said, "55P03") is DatabaseTrouble.LOCKED
    assert meaning("canceling statement due to statement timeout") is DatabaseTrouble.TIMED_OUT
