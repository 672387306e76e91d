"""Slow statements, and that no value of theirs is shown. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from handlers.database.asking import Answers, Question, Standing
from handlers.database.looks import (
    statements,
)
from handlers.database.result import Severity
from handlers.database.wording import plan_without_literals, several, without_literals
from tests.database.rows import STANDING


@pytest.mark.parametrize(
    ("mean", "share", "severity"),
    [
        (99, 90, None),
        (100, 1, Severity.NOTE),
        (100, 25, Severity.WARNING),
        (1_000, 1, Severity.WARNING),
    ],
)
def test_slow_statements(mean: float, share: float, severity: Severity | None) -> None:
    row = {
        "query_id": "-7", "statement": "select 'x'", "calls": 10, "mean_ms": mean, "share": share,
        "total_ms": 5.0,
    }  # fmt: skip
    found = statements.findings([row])
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert statements.findings([{**row, "calls": 9}]) == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [("55000", "library is not loaded"), ("42703", "older than the server")],
)
def test_statistics_of_statements_that_do_not_answer_say_why(failure: str, words: str) -> None:
    there = Standing(*list(_values(STANDING, statements_schema="public")))
    failed = {"statements": DatabaseFailure(DatabaseTrouble.OTHER, "x", state=failure)}
    asked = {"statements": Question("statements", "Slow queries")}
    found = statements.look(Answers(there, {"activity": []}, failed, asked))
    assert words in found.findings[0].reason
    assert found.unread == ()


def _values(standing: Standing, **changed: Any) -> list[Any]:
    return [changed.get(name, getattr(standing, name)) for name in Standing.__dataclass_fields__]


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("select 'a''b', 12, 1.5e3, $1 from t1", "select ?, ?, ?, $1 from t1"),
        ("select $$x$$, $q$ y $q$, e'a\\'b' -- z\n, \"Q 1\"", 'select ?, ?, ? , "Q 1"'),
        ("select 'cut off secr", "select ?"),
        ("select /* pass", "select"),
        ("where token = $t$cut", "where token = ?"),
    ],
)
def test_no_literal_is_shown(statement: str, shown: str) -> None:
    assert without_literals(statement) == shown


@pytest.mark.parametrize(
    ("statement", "more"),
    [
        ("select ';' ; ", False),
        ('select 1 as "a;b"', False),
        ("select $1; drop table x", True),
        ("select a$$b; drop table x; select a$$b", True),
        ("select /* /* */ ; drop table x */ 1", True),
    ],
)
def test_a_second_statement_hides_nowhere(statement: str, more: bool) -> None:
    assert several(statement) is more


def test_costs_of_a_plan_stay_and_its_values_go() -> None:
    node = "  ->  Seq Scan on users  (cost=0.00..12.50 rows=3 width=4)"
    assert plan_without_literals(node) == node
    line = "        Filter: ((email = 'a@b.c'::text) AND (id > 5))"
    assert plan_without_literals(line) == "        Filter: ((email = ?::text) AND (id > ?))"
