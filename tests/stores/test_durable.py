"""What must be known after a crash of the store's server is on its disk before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bot.store import Store
from tests.postgresql_store import Server


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    made = postgresql.database()
    yield made
    postgresql.drop(made)


def commits(store: Store, *, durable: bool) -> str:
    with store._connection.write(durable=durable) as inside:
        return str(inside.execute("SELECT current_setting('synchronous_commit')").fetchone()[0])


@pytest.mark.parametrize(
    ("server", "durable"), [("off", "on"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_a_server_that_acknowledges_too_early_is_told_not_to(
    tmp_path: Path, url: str, server: str, durable: str
) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit = {}").format(
                sql.Identifier(str(conninfo_to_dict(url)["dbname"])), sql.Literal(server)
            )
        )
    store = Store.open(tmp_path / "s", url)
    try:
        assert commits(store, durable=True) == durable
        assert commits(store, durable=False) == "off"
    finally:
        store.close()
