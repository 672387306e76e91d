"""`pitchey store copy` there and back, and what stops it: one clear message each, nothing kept."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.errors import OpsError
from bot.settings import Settings, load
from bot.store import Store
from bot.store.moving import run
from tests.incidents.acts import declared
from tests.postgresql_store import Server
from tests.settings.files import LEAST, written
from tests.stores.test_copying import filled

pytestmark = pytest.mark.file_only  # of file and database, each test names its own
THERE, BACK = ["copy", "sqlite", "postgresql"], ["copy", "postgresql", "sqlite"]


@pytest.fixture
def settings(tmp_path: Path, postgresql: Server) -> Iterator[Settings]:
    url = postgresql.shaped(tmp_path)
    yield load(written(tmp_path, f'{LEAST}[store]\npath = "here.sqlite3"\nurl = "{url}"\n'), {})
    postgresql.drop(url)


@pytest.fixture
def file(settings: Settings) -> Path:
    """With records in it."""
    store = Store.open(settings.store.path)
    filled(store)
    store.close()
    return settings.store.path


def there(settings: Settings) -> Store:
    return Store.open(settings.store.path, settings.store_address)


def entries(store: Store) -> int:
    """And closes it."""
    found = store.audit.verify()
    assert found.intact
    store.close()
    return found.entries


def refused(settings: Settings, words: list[str], says: str) -> OpsError:
    with pytest.raises(OpsError, match=says) as told:
        run(words, settings)
    assert told.value.hint
    return told.value


def test_there_and_back(settings: Settings, file: Path) -> None:
    said = run(THERE, settings)
    assert "every count is the same, and every chain is whole (audit log: 30 entries" in said
    assert "Keep its address in STORE_URL or [store] url" in said
    back = file.with_name("back.sqlite3")
    told = run([*BACK, "--file", str(back)], settings)
    assert f'Take STORE_URL, or [store] url, away, set [store] path = "{back}", and start' in told
    assert entries(Store.open(back)) == entries(Store.open(file)) == 30


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
def test_a_copy_that_is_killed_leaves_nothing_and_can_be_made_again(
    settings: Settings, file: Path, source: str
) -> None:
    words = THERE
    if source == "postgresql":
        run(THERE, settings)
        file, words = (
            file.with_name("new.sqlite3"),
            [*BACK, "--file", str(file.parent / "new.sqlite3")],
        )
    child = [sys.executable, "-m", "tests.stores.killed", str(file), settings.store_address, source]
    assert subprocess.run(child, check=False, timeout=60).returncode == -signal.SIGKILL
    target = there(settings) if source == "sqlite" else Store.open(file)
    assert target.incidents.count() == 0
    assert entries(target) == 0
    assert "30 entries" in run(words, settings)


@pytest.mark.parametrize("words", [THERE, BACK])
def test_a_target_with_records_is_left_alone(
    settings: Settings, file: Path, words: list[str]
) -> None:
    other = there(settings)
    declared(other, "In the way")
    other.close()
    told = refused(settings, words, r"not empty: .* has [0-9]+ rows?\. Nothing was copied\.")
    assert ("drop this one" if words is THERE else f"Move {file} aside") in told.hint
    other = there(settings)
    assert other.incidents.count() == 1
    other.close()
    assert entries(Store.open(file)) == 30


@pytest.mark.parametrize("opened", [lambda s: Store.open(s.store.path), there])
def test_a_bot_that_runs_on_one_of_them(
    settings: Settings, file: Path, opened: Callable[[Settings], Store]
) -> None:
    running = opened(settings)
    running.presence.sign_in("bot")
    assert "Nothing was copied" in refused(settings, THERE, "A bot runs").message
    running.close()
    assert "30 entries" in run(THERE, settings)


def test_a_log_that_is_broken_already(settings: Settings, file: Path) -> None:
    store = Store.open(file)
    with store._connection.write() as sql:
        sql.execute("DROP TRIGGER audit_refuses_update")
        sql.execute("UPDATE audit SET entry = replace(entry, 'r4', 'r9') WHERE sequence = 5")
    store.close()
    told = refused(settings, THERE, "The source is broken: audit log at entry 5: ")
    assert "--as-it-is" in told.hint
    assert entries(there(settings)) == 0
    said = run([*THERE, "--as-it-is"], settings)
    assert "broken as before: audit log at entry 5" in said
    other = there(settings)
    assert other.audit.verify().first_broken == 5
    other.close()


def test_what_is_not_there(settings: Settings) -> None:
    refused(settings, THERE, "There is no file .*here.sqlite3 to copy")
    assert not settings.store.path.exists()
    refused(settings, ["copy", "sqlite", "sqlite"], "the same engine")
    alone = load(written(settings.store.path.parent, LEAST), {})
    refused(alone, BACK, "No address of a PostgreSQL database")


def test_a_store_in_use_is_copied_as_of_one_moment(settings: Settings, file: Path) -> None:
    """As the nightly backup does: what is written meanwhile is in it whole, or not at all."""
    run(THERE, settings)
    store, other = there(settings), there(settings)
    with store._connection.frozen() as sql:
        before = sql.execute("SELECT count(*) FROM timeline").fetchone()[0]
        declared(other, "Meanwhile")
        assert sql.execute("SELECT count(*) FROM timeline").fetchone()[0] == before
    store.copy_to(file.with_name("backup.sqlite3"))
    with psycopg.connect(settings.store_address) as look:
        assert look.execute("SELECT count(*) FROM timeline").fetchone() == (before + 1,)
    store.close()
    other.close()
    assert entries(Store.open(file.with_name("backup.sqlite3"))) == 30
