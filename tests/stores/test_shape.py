"""The steps mean the same to both engines: tables, columns, keys, indexes and guards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from bot.store.connection import Connection
from tests.postgresql_store import Server

pytestmark = pytest.mark.file_only  # of file and database, it names its own


@pytest.fixture
def engines(tmp_path: Path, postgresql: Server) -> Iterator[tuple[Connection, Connection]]:
    url = postgresql.shaped(tmp_path)
    stores = Store.open(tmp_path / "store.sqlite3"), Store.open(tmp_path / "shared", url)
    yield stores[0]._connection, stores[1]._connection
    for store in stores:
        store.close()
    postgresql.drop(url)


def read(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    with connection.read() as sql:
        return sorted(tuple(row) for row in sql.execute(statement).fetchall())


def test_tables_columns_and_guards(engines: tuple[Connection, Connection]) -> None:
    file, shared = engines
    assert len(file.tables()) > 50
    assert file.tables() == shared.tables()
    assert {each: file.columns(each) for each in file.tables()} == {
        each: shared.columns(each) for each in shared.tables()
    }
    assert len(file.triggers()) > 5
    assert file.triggers() == shared.triggers()


def test_what_may_be_empty_and_what_is_the_key(engines: tuple[Connection, Connection]) -> None:
    file, shared = engines
    # A key's columns are never empty, which SQLite does not always say.
    here = read(
        file,
        "SELECT m.name, c.name, CASE WHEN c.\"notnull\" OR c.pk THEN 'filled' ELSE '' END, "
        "CASE WHEN c.pk THEN 'key' ELSE '' END "
        "FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'",
    )
    there = read(
        shared,
        "SELECT relname, attname, CASE WHEN attnotnull THEN 'filled' ELSE '' END, "
        "CASE WHEN attnum = ANY (indkey) THEN 'key' ELSE '' END "
        "FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 "
        "AND NOT attisdropped LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
    )
    ours = set(file.tables())
    assert [row for row in here if row[0] in ours] == [row for row in there if row[0] in ours]


def test_indexes_and_what_is_unique(engines: tuple[Connection, Connection]) -> None:
    file, shared = engines
    here = read(
        file,
        'SELECT m.tbl_name, m.name, i."unique", i.partial FROM sqlite_master AS m, '
        "pragma_index_list(m.tbl_name) AS i ON i.name = m.name WHERE m.type = 'index' "
        "AND m.sql NOT NULL",
    )
    there = read(
        shared,
        "SELECT t.relname, i.relname, indisunique::int, (indpred IS NOT NULL)::int FROM pg_index "
        "JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_class AS t ON t.oid = indrelid "
        "WHERE i.relnamespace = current_schema()::regnamespace AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
    )
    ours = set(file.tables())
    assert len(there) > 30
    assert [row for row in here if row[0] in ours] == there
