"""Indexes, bloat and dead rows: what may be suggested, and what never. Pure."""

from __future__ import annotations

import pytest

from handlers.database.looks import (
    indexes,
    tables,
)
from handlers.database.result import Severity
from tests.database.rows import DAY, index


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


def test_a_leftover_is_as_bad_as_its_writes_and_has_a_button_only_for_who_may_drop_it() -> None:
    rows = [
        index("mine_ccold", leftover=True),
        index("pg_toast.theirs_ccnew", leftover=True, written=False, toast=True, may_drop=False),
    ]
    mine, theirs = indexes.invalid(rows)
    assert (mine.severity, mine.act) == (Severity.WARNING, ("Drop it", "db drop-index mine_ccold"))
    assert (theirs.severity, theirs.act) == (Severity.NOTE, None)
    assert "nothing uses it" in theirs.reason
    assert "only a superuser" in theirs.reason


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
