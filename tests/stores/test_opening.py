"""A store in PostgreSQL that cannot be used says why: as the bot starts, and in the check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.check.records import judged
from bot.check.report import Item, State
from bot.errors import OpsError
from bot.store import Store
from bot.store.postgresql.probing import Probed, probe
from tests.postgresql_store import Server

WORD = "right-word-7"


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    made = postgresql.database()
    yield made
    postgresql.drop(made)


@pytest.fixture
def guarded(postgresql: Server, url: str) -> str:
    """The address of a role with a password, and without the right to create tables."""
    return postgresql.guarded(url, "guarded", WORD)


def sql(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        for each in statements:
            owner.execute(each.encode())


def refusal(folder: Path, url: str, password: str = "") -> OpsError:
    """What the bot says at its start, and the check too."""
    with pytest.raises(OpsError) as told:
        Store.open(folder / "s", url, password=password)
    assert told.value.hint
    for word in filter(None, (password, WORD)):
        assert word not in f"{told.value}"
    return told.value


def looked_at(url: str, password: str = "") -> Item:
    return judged(probe(url, password))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://nobody@127.0.0.1:9/none", "does not answer"),
        ("this is no address", "none of a PostgreSQL"),
    ],
)
def test_what_is_not_there(tmp_path: Path, address: str, says: str) -> None:
    assert says in refusal(tmp_path, address).message
    with pytest.raises(OpsError, match=says):
        probe(address, "")


def test_the_password_is_asked_for(
    tmp_path: Path, url: str, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, says in (("", "no password supplied"), ("wrong-word-7", "authentication failed")):
        found = refusal(tmp_path, guarded, given)
        assert found.permanent
        assert says in found.message
        assert "STORE_PASSWORD" in found.hint
    sql(url, "GRANT CREATE ON SCHEMA public TO guarded")
    Store.open(tmp_path / "s", guarded, password=WORD).close()
    monkeypatch.setenv("PGPASSWORD", WORD)  # libpq's own way
    Store.open(tmp_path / "s", guarded).close()
    # What stands in the address wins: STORE_URL is taken as a whole.
    whole = guarded.replace("guarded@", f"guarded:{WORD}@")
    Store.open(tmp_path / "s", whole, password="wrong-word-7").close()


def test_no_right_to_make_tables(tmp_path: Path, url: str, guarded: str) -> None:
    found = refusal(tmp_path, guarded, WORD)
    assert "permission denied for schema public" in found.message
    assert "owner of the database" in found.hint
    assert looked_at(guarded, WORD).state is State.FAILED
    # Tables that somebody else made are no better.
    Store.open(tmp_path / "s", url).close()
    sql(url, "GRANT CREATE ON SCHEMA public TO guarded")
    assert "refuses the bot" in refusal(tmp_path, guarded, WORD).message
    assert "does not let the bot make its tables" in looked_at(guarded, WORD).line


def test_no_such_database(tmp_path: Path, url: str) -> None:
    other = url.replace("/store_", "/nothing_")
    found = refusal(tmp_path, other)
    assert "does not exist" in found.message
    assert found.permanent


def test_records_of_a_newer_version(tmp_path: Path, url: str) -> None:
    assert "made at the first start" in looked_at(url).line
    Store.open(tmp_path / "s", url).close()
    assert looked_at(url).state is State.GOOD
    sql(url, "INSERT INTO store_steps (name, applied_at) VALUES ('of_tomorrow', 'then')")
    assert "newer version" in refusal(tmp_path, url).message
    assert "newer version of the bot (of_tomorrow)" in looked_at(url).line


def test_what_can_only_be_read(tmp_path: Path, url: str) -> None:
    """As hosting services set it where the disk is full."""
    Store.open(tmp_path / "s", url).close()
    sql(url, "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
        " current_database()); END$$")  # fmt: skip
    found = refusal(tmp_path, url)
    assert "can only be read now" in found.message
    assert "default_transaction_read_only" in found.hint
    assert looked_at(url).state is State.FAILED
    assert "can only be read now" in looked_at(url).line


def test_no_connection_left(tmp_path: Path, url: str, guarded: str) -> None:
    sql(url, "GRANT CREATE ON SCHEMA public TO guarded", "ALTER ROLE guarded CONNECTION LIMIT 0")
    try:
        found = refusal(tmp_path, guarded, WORD)
    finally:
        sql(url, "ALTER ROLE guarded CONNECTION LIMIT -1")
    assert "has no connection left: too many connections for role" in found.message


def test_a_database_that_is_closed_and_a_host_that_nobody_knows(tmp_path: Path, url: str) -> None:
    name, other = conninfo_to_dict(url)["dbname"], make_conninfo(url, dbname="postgres")
    sql(other, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    try:
        found = refusal(tmp_path, url)
    finally:
        sql(other, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert "takes no connection now" in found.message
    assert "not currently accepting connections" in found.message
    unknown = refusal(tmp_path, "postgresql://bot@no-such-host.invalid/records")
    assert "cannot be found" in unknown.message


def test_each_release_that_the_guide_names_will_do() -> None:
    for number, state in ((120_022, State.FAILED), (130_000, State.GOOD), (180_004, State.GOOD)):
        found = Probed("db/records", "13", number, False, False, True, True, True, ())
        assert judged(found).state is state
