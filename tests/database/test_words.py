"""How a look at the database is worded. Pure."""

from __future__ import annotations

import pytest

from bot.clients.postgres_plans import grammatical
from bot.sandbox.workspace.validation import check_message
from handlers.database.files import rows_text
from handlers.database.result import Finding, Grid, Look, Severity, Unread, ordered
from handlers.database.thresholds import GB
from handlers.database.views import headline, reply
from handlers.database.wording import lasting, milliseconds, planned
from handlers.database.wording import size as in_words


def test_lengths_and_sizes() -> None:
    assert [lasting(each) for each in (0.0451, 3.2, 250, 90_000)] == [
        "45\u00a0ms", "3.2\u00a0s", "4\u00a0min 10\u00a0s", "1\u00a0d 1\u00a0h",
    ]  # fmt: skip
    assert [in_words(each) for each in (5, 1_234, 999_600, 5 * GB)] == [
        "5\u00a0bytes", "1.2\u00a0kB", "1.0\u00a0MB", "5.0\u00a0GB",
    ]  # fmt: skip


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


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        ("now() - interval $2 > $1", "now() - ($2::interval) > $1"),
        ("interval $1 day", "($1::interval day)"),
        ("a < TIMESTAMP WITH TIME ZONE $1", "a < ($1::TIMESTAMP WITH TIME ZONE)"),
        ("extract( $1 from a + date $2)", "date_part($1, a + ($2::date))"),
        ("a at time zone $1", "a at time zone $1"),
        ("timed $1, x.date = $2, date_trunc($3, a)", "timed $1, x.date = $2, date_trunc($3, a)"),
    ],
)
def test_what_statistics_keep_becomes_what_the_parser_takes(kept: str, wanted: str) -> None:
    assert grammatical(kept) == wanted


def test_a_remark_before_a_statement_hides_nothing() -> None:
    assert planned("-- why\n/* more\nof it */ (SELECT 1)")
    assert not planned("-- select\nBEGIN")


def test_times_below_a_millisecond_are_no_zero() -> None:
    told = [milliseconds(each).replace("\u00a0", " ") for each in (0.0, 0.024, 0.7, 45.2, 3_200.0)]
    assert told == ["0.001 ms", "0.02 ms", "0.7 ms", "45 ms", "3.2 s"]
