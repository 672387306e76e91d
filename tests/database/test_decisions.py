"""What is judged how: each limit on both sides, and what may never be suggested. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble, meaning
from bot.sandbox.workspace.validation import check_message
from handlers.database.asking import Answers, Question, Standing
from handlers.database.files import rows_text
from handlers.database.looks import (
    condition,
    configuration,
    indexes,
    locks,
    replication,
    sequences,
    sessions,
    size,
    statements,
    tables,
)
from handlers.database.result import Finding, Grid, Look, Severity, Unread, ordered
from handlers.database.thresholds import CONNECTIONS, GB, above, below
from handlers.database.views import headline, reply
from handlers.database.wording import lasting, plan_without_literals, several, without_literals
from handlers.database.wording import size as in_words

DAY = 86_400.0
STANDING = Standing("pitchey", "18.4", 180_004, "bot", "bot", True, False, None, False, 30 * DAY)


def answers(standing: Standing = STANDING, **rows: list[dict[str, Any]]) -> Answers:
    return Answers(standing, rows, {}, {})


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


def test_growth_needs_a_day_and_says_when_the_plan_is_full() -> None:
    assert size.growth([(0.0, 1e9), (0.5, 2e9)]) is None
    grows = size.growth([(day, 1e9 + day * 1e8) for day in range(11)])
    assert grows is not None
    assert grows.a_day == pytest.approx(1e8)
    assert size.days_left(2e9, grows, 2.5 * GB) == pytest.approx(5)
    (found,) = size.findings(2e9, grows, 2.5 * GB)
    assert found.severity is Severity.CRITICAL
    assert "full in 5 days" in found.reason
    assert size.findings(2e9, grows, 0) == []
    shrinks = size.growth([(0.0, 2e9), (5.0, 1e9)])
    assert size.days_left(1e9, shrinks, 5 * GB) is None
    assert "\N{MINUS SIGN}200" in dict(size.facts(1e9, shrinks, 0))["Growth"]


def session(pid: int, state: str = "active", seconds: float = 0.0, **more: Any) -> dict[str, Any]:
    row = {
        "pid": pid, "role": "app", "application": "", "state": state, "wait_event": None,
        "statement": "select 'secret'", "query_seconds": seconds, "transaction_seconds": seconds,
        "state_seconds": seconds, "blockers": [], "wants": None,
    }  # fmt: skip
    return {**row, **more}


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


def index(name: str, **more: Any) -> dict[str, Any]:
    row = {
        "name": name, "on_table": "t", "bytes": 20_000_000, "last_used": None,
        "total": 2, "all_bytes": 21_000_000, "leftover": False, "building": False,
    }  # fmt: skip
    return {**row, **more}


def test_unused_indexes_are_judged_only_after_two_weeks_and_from_ten_megabytes() -> None:
    rows = [index("public.big"), index("public.small", bytes=9_000_000)]
    found, notes = indexes.unused(rows, 13.9 * DAY)
    assert (found, len(notes)) == ([], 1)
    assert "too short to judge" in notes[0]
    found, _ = indexes.unused(rows, 14 * DAY)
    assert [each.fix for each in found] == ["DROP INDEX CONCURRENTLY public.big;"]


def test_an_index_that_is_being_built_is_not_invalid() -> None:
    rows = [index("a", building=True), index("b_ccnew", leftover=True), index("c")]
    assert [each.fix for each in indexes.invalid(rows)] == [
        "DROP INDEX CONCURRENTLY b_ccnew;",
        "REINDEX INDEX CONCURRENTLY c;",
    ]


def test_bloat_needs_share_and_size() -> None:
    rows = [
        {"name": "a", "bytes": 300_000_000, "wasted": 99_000_000},
        {"name": "b", "bytes": 500_000_000, "wasted": 140_000_000},
        {"name": "c", "bytes": 300_000_000, "wasted": 100_000_000},
        {"name": "d", "bytes": 1_900_000_000, "wasted": 1_000_000_000},
    ]
    found = tables.bloat_findings(rows, "VACUUM FULL")
    assert [(each.subject, each.severity) for each in found] == [
        ("c", Severity.WARNING),
        ("d", Severity.CRITICAL),
    ]
    assert "estimate" in found[0].source


@pytest.mark.parametrize(("dead", "many"), [(9_999, 0), (10_000, 1)])
def test_dead_rows(dead: int, many: int) -> None:
    row = {
        "name": "t", "live": 30_000, "dead": dead, "modified": 0, "vacuumed": None, "analyzed": 1.0,
    }  # fmt: skip
    assert len(tables.dead_findings([row])) == many
    assert tables.dead_findings([{**row, "live": 900_000}]) == []


def test_what_was_analyzed_just_now_is_not_stale() -> None:
    row = {"name": "t", "live": 30_000, "dead": 0, "modified": 20_000, "vacuumed": None}
    assert tables.dead_findings([{**row, "analyzed": 5.0}]) == []
    (found,) = tables.dead_findings([{**row, "analyzed": None}])
    assert found.fix == "ANALYZE t;"


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


def test_dangerous_settings() -> None:
    row = {"name": "fsync", "setting": "off", "unit": "", "source": "x", "pending_restart": False}
    (found,) = configuration.findings([row])
    assert found.severity is Severity.CRITICAL
    assert configuration.findings([{**row, "setting": "on"}]) == []
    assert configuration.value({"setting": "16384", "unit": "8kB"}) == "134\u00a0MB"


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


def test_lengths_and_sizes() -> None:
    assert [lasting(each) for each in (0.0451, 3.2, 250, 90_000)] == [
        "45\u00a0ms", "3.2\u00a0s", "4\u00a0min 10\u00a0s", "1\u00a0d 1\u00a0h",
    ]  # fmt: skip
    assert [in_words(each) for each in (5, 1_234, 999_600, 5 * GB)] == [
        "5\u00a0bytes", "1.2\u00a0KB", "1.0\u00a0MB", "5.0\u00a0GB",
    ]  # fmt: skip


def test_a_lock_time_out_is_told_apart() -> None:
    said = "canceling statement due to lock timeout"
    assert meaning(said, "55P03") is DatabaseTrouble.LOCKED
    assert meaning("canceling statement due to statement timeout") is DatabaseTrouble.TIMED_OUT


def test_a_message_of_the_worst_kind_keeps_slacks_rules_and_leaves_the_rest_to_files() -> None:
    nasty = "&<@U1>```*`\n" * 40
    found = [
        Finding(severity, nasty, nasty, nasty, nasty, 5, "db locks")
        for severity in Severity
        for _ in range(100)
    ]
    grid = Grid(("A", "B"), tuple((nasty, "=1") for _ in range(200)), frozenset({1}), 10_000)
    look = Look(
        "overview", nasty, tuple((nasty, nasty) for _ in range(12)), grid, ordered(found),
        (nasty,) * 20, (Unread(nasty, nasty, nasty),) * 20, about=nasty,
    )  # fmt: skip
    shown = reply(look, "db", public=False)
    assert check_message({"channel": "C1", "text": shown.text, "blocks": shown.blocks}) == ()
    cells = [block for block in shown.blocks if block["type"] != "table"]  # raw text there
    assert "<@U1>" not in str(cells)
    assert [file.name for file in shown.files] == ["database-overview.sql", "database-overview.csv"]
    assert shown.files[0].content.count(b"\n-- critical") + 1 == 100
    assert "'=1" in rows_text(grid)
    assert shown.exit_code == 1


def test_the_first_line() -> None:
    assert headline(Look("overview", "Database x")) == (
        ":white_check_mark: Database x: nothing wrong"
    )
    note = Finding(Severity.NOTE, "a", "b")
    warning = Finding(Severity.WARNING, "a", "b")
    assert headline(Look("x", "D", findings=(note,))) == ":information_source: D: 1 note"
    assert headline(Look("x", "D", findings=(warning, note), unread=(Unread("p", "r"),))) == (
        ":warning: D: 1 warning, 1 note; 1 part not read"
    )
    assert headline(Look("overview", "D", findings=(warning,))) == ":warning: D: 1 warning; first a"
