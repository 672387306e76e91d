"""The folder of migrations: order, mistakes, and the folder held against the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import NotConfigured
from handlers.migrations.result import Applied
from handlers.migrations.source import fingerprint, order, parse_file, read_folder, stand

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def row(name: str, checksum: str, *, done: int = 1, of: int = 1) -> Applied:
    finished = NOW if done == of else None
    return Applied(name, checksum, of, done, NOW, finished, 0.1, "omar", "OP-1")


def test_files_are_ordered_by_number_and_not_by_letter(tmp_path: Path) -> None:
    for name in ("10_b.sql", "9_a.sql", "2.sql", "notes.txt"):
        (tmp_path / name).write_text("select 1;")
    assert [file.name for file in read_folder(tmp_path)] == ["2.sql", "9_a.sql", "10_b.sql"]
    assert order("0042") < order("0043_x.sql")


def test_two_files_of_one_number_have_no_order(tmp_path: Path) -> None:
    (tmp_path / "01_a.sql").write_text("select 1")
    (tmp_path / "1_b.sql").write_text("select 1")
    first, second = read_folder(tmp_path)
    assert first.mistakes == ("has the same number as 1_b.sql",)
    assert second.mistakes == ("has the same number as 01_a.sql",)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="not there"):
        read_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "raw", "mistake"),
    [
        ("1.sql", b"", "has no statement"),
        ("1.sql", b"-- only a comment\n/* and /* another */ */", "has no statement"),
        ("1.sql", b"\xff\xfe select 1", "not UTF-8"),
        ("1.sql", b"select 1;\nselec 2;", 'line 2: syntax error at or near "selec"'),
        ("1.sql", b"select 1;\n\\i other.sql", "a command of psql"),
        ("1.sql", b"copy users from stdin;", "COPY FROM STDIN works in psql alone"),
        ("1.sql", b"select 1; commit; select 2", "ends a transaction"),
        ("1.sql", b"drop table a; prepare transaction 'x'; select 1", "ends a transaction"),
        ("1.sql", b"-- no-transaction\nbegin; select 1; commit;", "begins a transaction"),
        ("1.sql", b"vacuum;", "cannot run inside a transaction"),
        ("1.sql", b"create index concurrently i on t (a);", "cannot run inside a transaction"),
        ("1.sql", b"alter table a detach partition b concurrently", "inside a transaction"),
        ("add.sql", b"select 1", "does not begin with a number"),
    ],
)
def test_each_mistake_has_its_words(name: str, raw: bytes, mistake: str) -> None:
    assert any(mistake in told for told in parse_file(name, raw).mistakes)


def test_statements_are_split_as_postgresql_does() -> None:
    sql = (
        "/* a; b */ select ';' as \"a;b\"; -- c;\n"
        "do $x$ begin perform 1; perform $y$;$y$; end $x$;\n\n"
        "create function f() returns int language sql begin atomic select 1; select 2; end;\n"
        "select E'\\';', '😀;'"
    )
    found = parse_file("1.sql", sql.encode()).statements
    assert [each.line for each in found] == [1, 2, 4, 5]
    assert found[0].text.startswith("select ';'")
    assert found[3].text == "select E'\\';', '😀;'"


def test_begin_and_commit_around_the_whole_are_the_bots_to_say() -> None:
    file = parse_file("1.sql", b"BEGIN;\nselect 1;\nselect 2;\nCOMMIT;")
    assert (len(file.statements), file.mistakes) == (2, ())


def test_line_ends_and_a_byte_order_mark_change_no_checksum_of_consequence() -> None:
    assert parse_file("1.sql", b"select 1;\r\n").checksum == parse_file(
        "1.sql", b"select 1;\n"
    ).checksum  # fmt: skip
    assert parse_file("1.sql", b"\xef\xbb\xbfselect 1;").mistakes == ()


def test_the_folder_is_held_against_the_ledger() -> None:
    files = [
        parse_file(name, f"select {number};".encode())
        for number, name in enumerate(("1.sql", "2.sql", "3.sql", "4.sql", "5.sql"))
    ]
    sums = {file.name: file.checksum for file in files}
    ledger = (
        row("2.sql", sums["2.sql"]),
        row("4.sql", "edited since"),
        row("9.sql", "gone"),
        row("5.sql", "edited since", done=0, of=1),
    )
    found = stand(files, ledger, baseline="1")
    assert found.before == ("1.sql",)
    assert [file.name for file in found.pending] == ["3.sql", "5.sql"]
    assert found.changed == ("4.sql",)
    assert found.lost == ("9.sql",)
    assert found.late == ("3.sql",)
    assert [each.name for each in found.unfinished] == ["5.sql"]
    assert "4.sql: edited after it was applied" in found.mistakes


@pytest.mark.parametrize("baseline", ["0002", "2", "0002_b.sql"])
def test_the_baseline_is_a_number_or_a_name(baseline: str) -> None:
    files = [parse_file(name, b"select 1") for name in ("0001_a.sql", "0002_b.sql", "0003_c.sql")]
    found = stand(files, (), baseline)
    assert found.before == ("0001_a.sql", "0002_b.sql")
    assert [file.name for file in found.pending] == ["0003_c.sql"]


def test_what_was_tested_is_these_files_in_this_order() -> None:
    one, two = parse_file("1.sql", b"select 1"), parse_file("2.sql", b"select 2")
    assert fingerprint([one, two]) != fingerprint([two, one])
    assert fingerprint([one]) != fingerprint([parse_file("1.sql", b"select 2")])
    assert fingerprint([one]) == fingerprint([parse_file("1.sql", b"select 1")])
