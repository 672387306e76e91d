"""What goes wrong with files is told in words; nothing reported as written is ever lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import OpsError
from bot.store import Store
from tests.store import writer
from tests.store.writer import entry

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
NOBODY = 65_534


def start_writer(path: Path, name: str, most: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", writer.__name__, str(path), name, str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.parametrize("lines", [3, 150, 400])
def test_a_killed_process_loses_nothing_it_reported(path: Path, lines: int) -> None:
    process = start_writer(path, "w", 100_000)
    assert process.stdout is not None
    reported = [process.stdout.readline().split() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    reported += [line.split() for line in rest.split("\n")[:-1]]

    store = Store.open(path)
    recorded = {found.reference for found in store.audit.entries(limit=200_000)}
    assert {reference for kind, reference in reported if kind == "recorded"} <= recorded
    for kind, reference in reported:
        if kind == "claimed":
            assert not store.deliveries.claim(reference, "", "", NOW)
    verification = store.audit.verify()
    assert verification.intact, verification
    assert verification.entries == len(recorded)
    store.audit.append(entry("after"))
    assert store.audit.verify().intact
    store.close()


def test_two_processes_write_one_chain(path: Path) -> None:
    processes = [start_writer(path, name, 200) for name in ("one", "two")]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0]
    store = Store.open(path)
    verification = store.audit.verify()
    assert (verification.intact, verification.entries) == (True, 400)
    store.close()


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Store.open(path).close()
    other = sqlite3.connect(path)
    other.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('pitchey', 'incidents_with_wings', '')"
    )
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(OpsError, match=r"newer version .*incidents_with_wings") as caught:
        Store.open(path)
    assert caught.value.permanent
    assert path.read_bytes() == before


def test_opening_again_changes_nothing(path: Path) -> None:
    for _ in range(2):
        store = Store.open(path)
        store.audit.append(entry("a"))
        store.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, whatever its name says " * 100)
    with pytest.raises(OpsError, match="damaged, or is no SQLite file"):
        Store.open(path)


def test_a_damaged_file(path: Path) -> None:
    store = Store.open(path)
    for number in range(300):
        store.audit.append(entry(f"r{number}"))
    store.close()
    content = bytearray(path.read_bytes())
    for offset in range(2 * 4096, len(content), 4096):
        content[offset : offset + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(OpsError, match="damaged"):
        Store.open(path)


@pytest.mark.file_only
def test_a_full_disk(store: Store) -> None:
    """SQLite's own page limit stands for the disk: the same error, SQLITE_FULL."""
    with store._connection.read() as sqlite:
        pages = sqlite.execute("PRAGMA page_count").fetchone()[0]
        sqlite.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1_000):
            store.audit.append(entry(f"r{number}"))

    with pytest.raises(OpsError, match=r"disk of the store .* is full"):
        fill()
    written = store.audit.verify()
    assert written.intact
    with store._connection.read() as sqlite:
        sqlite.execute("PRAGMA max_page_count = 100000")
    assert store.audit.append(entry("later")) == written.entries + 1


def test_a_file_locked_by_another_program(store: Store, path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OpsError, match="locked by another process") as caught:
        store.deliveries.claim("Ev1", "", "", NOW)
    assert not caught.value.permanent
    assert "locked" in store.problem()
    other.rollback()
    other.close()
    assert store.problem() == ""
    assert store.deliveries.claim("Ev1", "", "", NOW)


def test_a_turn_taken_by_another_bot(store: Store, path: Path) -> None:
    other = Store.open(path, patience=0.1)
    with (
        other._connection.write(),
        pytest.raises(OpsError, match="locked by another process"),
    ):
        store.deliveries.claim("Ev1", "", "", NOW)
    other.close()
    assert store.deliveries.claim("Ev1", "", "", NOW)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so it steps down for the while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.file_only
def test_a_folder_that_may_not_be_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        with as_nobody(), pytest.raises(OpsError, match="permission denied") as caught:
            Store.open(folder / "store.sqlite3")
        assert caught.value.permanent
        folder.chmod(0o755)


@pytest.mark.file_only
def test_a_file_that_may_not_be_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "store.sqlite3"
        Store.open(path).close()
        folder.chmod(0o777)
        path.with_name("store.sqlite3.lock").chmod(0o666)
        path.chmod(0o444)
        with as_nobody(), pytest.raises(OpsError, match="cannot be written"):
            Store.open(path)


@pytest.mark.file_only
def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OpsError, match="cannot be used"):
        Store.open(tmp_path / "file" / "store.sqlite3")


def test_a_failed_write_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store._connection.write() as sqlite:
            sqlite.execute("INSERT INTO deliveries VALUES ('Ev1', '', '', 0, NULL)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.deliveries.claim("Ev1", "", "", NOW)


def test_the_log_beside_the_file_stays_small(path: Path) -> None:
    store = Store.open(path)
    text = "x" * 3_000
    for number in range(3_000):
        store.deliveries.claim(f"Ev{number}", text, "", NOW)
    store.audit.append(entry("a"))
    assert path.with_name(f"{path.name}-wal").stat().st_size < 4_000_000
    store.close()
