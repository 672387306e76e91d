"""From a file into PostgreSQL and back: every row, and chains that end as they did."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import OpsError
from bot.store import Sample, Store
from bot.store.copying import copy
from tests.incidents.acts import NOW, declared, entry
from tests.postgresql_store import Server
from tests.store.test_audit import entry as audited

pytestmark = pytest.mark.file_only  # of file and database, each test names its own


def filled(store: Store) -> None:
    for number in range(30):
        store.audit.append(audited(f"r{number}"))
    for title in ("One", "Two é🚀"):
        incident = declared(store, title).id
        for number in range(20):
            store.timeline.append(incident, entry(f"{number} \x00 \ud83d", reference=str(number)))
    store.samples.add([Sample("production", "uptime", NOW, 1.0, 1)])


def test_there_and_back_again(tmp_path: Path, postgresql: Server) -> None:
    url = postgresql.database()
    first = Store.open(tmp_path / "first.sqlite3")
    filled(first)
    middle = Store.open(tmp_path / "middle", url)
    there = copy(first._connection, middle._connection)
    assert there.tables["audit"] == 30
    assert there.tables["timeline"] > 40
    assert middle.audit.verify().intact
    assert middle.timeline.verify("INC-2").intact
    # It goes on where the first one stood, and is guarded as that one.
    assert declared(middle, "Three").id == "INC-3"
    middle.audit.append(audited("after"))
    with pytest.raises(OpsError), middle._connection.write() as sql:
        sql.execute("DELETE FROM audit WHERE sequence = 1")
    middle.copy_to(tmp_path / "last.sqlite3")
    last = Store.open(tmp_path / "last.sqlite3")
    assert last.audit.verify().entries == 31
    assert last.timeline.verify("INC-3").intact
    assert last.timeline.page("INC-1") == first.timeline.page("INC-1")
    with pytest.raises(OpsError), last._connection.write() as sql:
        sql.execute("DELETE FROM audit WHERE sequence = 1")
    for store in (first, middle, last):
        store.close()
    postgresql.drop(url)


def test_a_store_with_records_is_not_filled(tmp_path: Path) -> None:
    first, other = (Store.open(tmp_path / name) for name in ("a", "b"))
    filled(first)
    declared(other, "In the way")
    with pytest.raises(OpsError, match="not empty"):
        copy(first._connection, other._connection)
    assert other.incidents.count() == 1
    assert other.audit.verify().intact
    first.close()
    other.close()


def test_what_was_changed_on_the_way_is_not_kept(tmp_path: Path) -> None:
    """The head of a forged log differs from its last hash; the copy carries both, and says so."""
    first = Store.open(tmp_path / "a")
    filled(first)
    first.close()
    with closing(sqlite3.connect(tmp_path / "a")) as file:
        file.execute("DROP TRIGGER audit_refuses_delete")
        file.execute("DELETE FROM audit WHERE sequence = 30")
        file.commit()
    first, other = Store.open(tmp_path / "a"), Store.open(tmp_path / "b")
    copy(first._connection, other._connection)
    assert not other.audit.verify().intact
    first.close()
    other.close()
