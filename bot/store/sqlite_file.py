"""A store in one SQLite file: one connection, guarded by a lock, usable from every thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import OpsError
from bot.store.connection import OWN_TABLES, Conflict, Connection, Sql
from bot.store.failures import busy, damaged, explained, is_busy, too_new
from bot.store.migrations import migrations, step_names
from bot.store.migrations.library import Database
from bot.store.turns import Turns
from bot.store.waiting import Waiting

TOUCH = "PRAGMA user_version = 1"  # the smallest write there is; its number means nothing
_CHECKPOINT_BYTES = 4_000_000


class SqliteFile(Connection):
    """SQLite in WAL mode. Every failure leaves as an OpsError."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._waiting = Waiting(patience)
        self._timeout = patience
        self._taken_away: dict[str, str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # what people do is nobody else's to read
            self._turns = Turns(path, self._waiting)
        except OSError as error:
            raise explained(error, path) from error
        try:
            self._sqlite = sqlite3.connect(path, timeout=patience, check_same_thread=False)
        except sqlite3.Error as error:
            self._turns.close()
            raise explained(error, path) from error
        try:
            self._prepare()
        except BaseException:
            self._sqlite.close()
            self._turns.close()
            raise

    @contextmanager
    def write(self, *, durable: bool = True, alone: bool = True) -> Iterator[Sql]:  # noqa: ARG002
        """The write lock is taken at once (BEGIN IMMEDIATE): every write is alone here."""
        with self._exclusive():
            # Off the durable path nothing is switched: a claim has no microseconds to spare.
            if durable:
                self._sqlite.execute("PRAGMA synchronous = FULL")
            try:
                self._sqlite.execute("BEGIN IMMEDIATE")
                yield self._sqlite
                self._sqlite.execute("COMMIT")
            finally:
                if self._sqlite.in_transaction:
                    self._sqlite.rollback()
                if durable:
                    self._sqlite.execute("PRAGMA synchronous = NORMAL")
            if durable:
                self._checkpoint()

    @contextmanager
    def read(self) -> Iterator[Sql]:
        with self._explained(), self._lock:
            yield self._sqlite

    @contextmanager
    def frozen(self) -> Iterator[Sql]:
        with self._explained(), self._lock:
            self._sqlite.execute("BEGIN")
            try:
                yield self._sqlite
            finally:
                self._sqlite.rollback()

    @contextmanager
    def unless_taken(self, sql: Sql) -> Iterator[None]:  # noqa: ARG002 - one statement undoes itself
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def triggers(self, *tables: str) -> frozenset[str]:
        with self.read() as sqlite:
            found = sqlite.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
        return frozenset(name for name, table in found if not tables or table in tables)

    def tables(self) -> tuple[str, ...]:
        with self.read() as sqlite:
            found = sqlite.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return tuple(sorted(name for (name,) in found if not name.startswith(OWN_TABLES)))

    def columns(self, table: str) -> tuple[str, ...]:
        with self.read() as sqlite:
            rows = sqlite.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
            return tuple(name for name, hidden in rows if not hidden)

    def unguard(self, sql: Sql) -> None:
        rows = sql.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        self._taken_away = dict(rows)
        for name in self._taken_away:
            sql.execute(f"DROP TRIGGER {name}")

    def guard(self, sql: Sql) -> None:
        for text in self._taken_away.values():
            sql.execute(text)
        self._taken_away = {}

    def size(self) -> int:
        """The file and its journal; asks nobody to wait."""
        total = 0
        for name in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(OSError):
                total += name.stat().st_size
        return total

    def turn(self, name: str) -> Turns:
        return Turns(self.path.with_name(f"{self.path.name}.{name}"), Waiting(0))

    def problem(self) -> OpsError | None:
        try:
            with self.write(durable=False) as sqlite:
                sqlite.execute(TOUCH)
        except OpsError as error:
            return error
        return None

    def copy_to(self, target: Path) -> None:
        """A whole copy of what is committed now, while others go on writing; raises OpsError."""
        with self._explained():
            target.touch(mode=0o600)
            # A connection of its own that only reads: nobody waits for the copy.
            source = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)
            try:
                copy = sqlite3.connect(target)
                try:
                    source.backup(copy)
                finally:
                    copy.close()
            finally:
                source.close()

    def close(self) -> None:
        """The last one to close folds the WAL into the file."""
        with self._exclusive():
            self._sqlite.close()
        self._turns.close()

    def _prepare(self) -> None:
        with self._exclusive():
            self._sqlite.execute("PRAGMA journal_mode = WAL")
            self._sqlite.execute("PRAGMA synchronous = NORMAL")
            # Checkpoints fsync: never on the way of a delivery claim, see _checkpoint.
            self._sqlite.execute("PRAGMA wal_autocheckpoint = 0")
            if self._sqlite.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise damaged(self.path)
            database = Database(self._sqlite, execute_plugins=False)
            known = step_names()
            applied = [step.name for step in migrations.applied(database)]
            if unknown := [name for name in applied if name not in known]:
                raise too_new(self.path, unknown)
            migrations.apply(database)
            # Fails here, not at the first record, where the file may only be read.
            self._sqlite.execute(TOUCH)

    def _checkpoint(self) -> None:
        """Fold a grown WAL into the file; where something prevents it, a later time will do."""
        try:
            if self.path.with_name(f"{self.path.name}-wal").stat().st_size > _CHECKPOINT_BYTES:
                self._sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (OSError, sqlite3.OperationalError):
            return

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._explained(), self._lock:
            try:
                with self._turns.held():
                    self._be_patient()
                    yield
            except (sqlite3.OperationalError, TimeoutError) as error:
                if is_busy(error):
                    self._waiting.in_vain()
                raise
            self._waiting.answered()

    def _be_patient(self) -> None:
        """SQLite itself waits for programs that know nothing of our turns."""
        if self._timeout != (seconds := self._waiting.seconds):
            self._sqlite.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            self._timeout = seconds

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explained(error, self.path) from error
        except TimeoutError as error:
            raise busy(self.path) from error
        except OSError as error:
            raise explained(error, self.path) from error
