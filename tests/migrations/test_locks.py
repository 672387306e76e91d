"""What each statement does and locks, by PostgreSQL's documentation and, below, by its own word."""

from __future__ import annotations

import pytest

from handlers.migrations.result import Lock, Mode, Statement
from handlers.migrations.source import parse_file

EXCLUSIVE, SHARE, MILD = Mode.ACCESS_EXCLUSIVE, Mode.SHARE, Mode.SHARE_UPDATE_EXCLUSIVE
BOTH = Mode.SHARE_ROW_EXCLUSIVE


def only(sql: str) -> Statement:
    (found,) = parse_file("1.sql", f"-- no-transaction\n{sql}".encode()).statements
    return found


@pytest.mark.parametrize(
    ("sql", "mode", "grave", "words"),
    [
        ("alter table t add column a int", EXCLUSIVE, False, "adds the column a"),
        ("alter table t add column a int default 5 not null", EXCLUSIVE, False, ""),
        ("alter table t add column a timestamptz default now()", EXCLUSIVE, False, ""),
        ("alter table t add column a uuid default gen_random_uuid()", EXCLUSIVE, True, "anew"),
        ("alter table t add column a bigserial", EXCLUSIVE, True, "anew"),
        ("alter table t add a int generated always as (b * 2) stored", EXCLUSIVE, True, "anew"),
        ("alter table t add column a int not null", EXCLUSIVE, True, "single row"),
        ("alter table t add column a int unique", EXCLUSIVE, True, "index is built"),
        ("alter table t drop column a", EXCLUSIVE, True, "gone for good"),
        ("alter table t alter a type bigint", EXCLUSIVE, True, "written anew"),
        ("alter table t alter a set not null", EXCLUSIVE, True, "every row of t is read"),
        ("alter table t alter a drop not null", EXCLUSIVE, False, "lets a be empty"),
        ("alter table t add constraint c check (a > 1)", EXCLUSIVE, True, "is checked"),
        ("alter table t add constraint c check (a > 1) not valid", EXCLUSIVE, False, ""),
        ("alter table t validate constraint c", MILD, False, "checks every row"),
        ("alter table t add foreign key (a) references u (id)", BOTH, True, "is checked"),
        ("alter table t add foreign key (a) references u (id) not valid", BOTH, False, "to u"),
        ("alter table t add primary key (a)", EXCLUSIVE, True, "index is built"),
        ("alter table t add constraint c unique using index i", EXCLUSIVE, False, ""),
        ("alter table t set (fillfactor = 70)", MILD, False, "storage options"),
        ("alter table t alter a set statistics 500", MILD, False, ""),
        ("alter table t disable trigger all", BOTH, False, "triggers"),
        ("alter table t set unlogged", EXCLUSIVE, True, "anew"),
        ("alter table t rename column a to b", EXCLUSIVE, True, "still asks for t.a"),
        ("alter table t rename to u", EXCLUSIVE, True, "still asks for t"),
        ("create index i on t (a)", SHARE, True, "until the index is built"),
        ("create unique index concurrently i on t (a)", MILD, False, "beside the traffic"),
        ("drop table t", EXCLUSIVE, True, "gone for good"),
        ("truncate t", EXCLUSIVE, True, "is gone"),
        ("create trigger x before insert on t execute function f()", BOTH, False, "trigger x"),
        ("drop trigger x on t", EXCLUSIVE, False, ""),
        ("refresh materialized view t", EXCLUSIVE, False, "refreshes t"),
        ("refresh materialized view concurrently t", Mode.EXCLUSIVE, False, ""),
        ("reindex table t", SHARE, True, ""),
        ("vacuum full t", EXCLUSIVE, True, "fully"),
        ("lock table t in share mode", SHARE, False, ""),
        ("update t set a = 1", Mode.ROW_EXCLUSIVE, False, "every row"),
        ("delete from t", Mode.ROW_EXCLUSIVE, True, "deletes every row"),
        ("insert into t values (1)", Mode.ROW_EXCLUSIVE, False, "adds rows"),
    ],
)  # fmt: skip
def test_a_statement_is_judged(sql: str, mode: Mode, grave: bool, words: str) -> None:
    found = only(sql)
    assert Lock("t", mode) in found.locks
    assert any(each.grave for each in found.advice) is grave
    assert words in found.does + " ".join(each.words for each in found.advice)


def test_names_keep_their_schema_and_letters() -> None:
    found = only('alter table "Ops"."we ird 😀" add column "a;b" int')
    assert found.locks == (Lock("Ops.we ird 😀", EXCLUSIVE),)
    assert "adds the column a;b" in found.does


def test_a_reference_locks_the_other_table_too() -> None:
    found = only(
        "create table n (u int references users (id), p int, foreign key (p) references s.p)"
    )
    assert set(found.locks) == {Lock("users", BOTH), Lock("s.p", BOTH)}


def test_the_strongest_of_several_commands_counts() -> None:
    found = only("alter table t alter a set statistics 5, drop column b, validate constraint c")
    assert found.locks == (Lock("t", EXCLUSIVE),)


@pytest.mark.parametrize("sql", ["do $$ begin end $$", "call p()"])
def test_what_cannot_be_read_from_outside_says_so(sql: str) -> None:
    assert "cannot be read from outside" in only(sql).advice[0].words


@pytest.mark.parametrize(
    ("sql", "builds"),
    [("create index concurrently i on s.t (a)", "s.i"), ("create index i on t (a)", ""),
     ("reindex table concurrently t", ""), ("drop index concurrently i", "")],
)  # fmt: skip
def test_only_an_index_that_is_built_beside_can_be_left_invalid(sql: str, builds: str) -> None:
    assert only(sql).builds == builds
