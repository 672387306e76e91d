"""The one connection to the store's file: guarded by a lock, usable from every thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

from sqlite_utils import Database

from bot.errors import OpsError
from bot.store.failures import busy, damaged, explained, too_new
from bot.store.migrations import migrations, step_names
from bot.store.turns import Turns

TOUCH = "PRAGMA user_version = 1"  # the smallest write there is; its number means nothing
_CHECKPOINT_BYTES = 4_000_000


class Connection:
    """SQLite in WAL mode. Every failure leaves as an OpsError."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # what people do is nobody else's to read
            self._turns = Turns(path, patience)
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
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction; when it returns, a crash of the process cannot undo it.

        `durable` makes that true for a power cut as well, at the price of an fsync. The
        write lock is taken at once (BEGIN IMMEDIATE), so that what is read stays true.
        """
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
    def read(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), self._lock:
            yield self._sqlite

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
        with self._explained(), self._lock, self._turns.held():
            yield

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


class NoConnection(Connection):
    """Stands where no store could be opened: reading and writing both say why."""

    def __init__(self, path: Path, reason: OpsError) -> None:
        self.path = path
        self._reason = reason

    def write(self, *, durable: bool = True) -> Never:  # noqa: ARG002 - as the other's
        raise self._told()

    def read(self) -> Never:
        raise self._told()

    def copy_to(self, target: Path) -> Never:  # noqa: ARG002 - as the other's
        raise self._told()

    def close(self) -> None:
        """Nothing was opened."""

    def _told(self) -> OpsError:
        return OpsError(self._reason.message, self._reason.hint, permanent=self._reason.permanent)
