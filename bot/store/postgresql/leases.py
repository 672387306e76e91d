"""Rights that one process has at a time, for a while: renewed by a thread, lost with the process.

Time is the server's alone, so that no machine's clock decides. A process that is cut off gives a
right up before the server gives it to another. No session is held: PgBouncer may be in between.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.boot_clock import since_boot
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.store.connection import Connection

log = logging.getLogger(__name__)
SECONDS = 10.0  # for which the server holds a right without being asked again
RENEW_EVERY = 2.5
GIVE_UP_AFTER = 7.5  # without an answer its holder counts it as lost
_UNTIL = f"clock_timestamp() + interval '{SECONDS} seconds'"


class Leases:
    """All rights of this process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.owner = uuid.uuid4().hex
        self._held: dict[str, float] = {}  # name → since_boot() when it was confirmed last
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def turn(self, name: str) -> Lease:
        return Lease(self, f"turn:{name}")

    def take(self, name: str) -> bool:
        """False where another process has it. Raises OpsError."""
        asked = since_boot()
        with self._connection.write(durable=False, alone=False) as sql:
            got = sql.execute(
                f"INSERT INTO store_leases VALUES (?, ?, {_UNTIL}) "  # noqa: S608 fixed words
                "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, "
                "expires_at = excluded.expires_at "
                "WHERE store_leases.expires_at < clock_timestamp() "
                "OR store_leases.owner = excluded.owner",
                (name, self.owner),
            ).rowcount
        if got != 1:
            return False
        with self._guard:
            self._held[name] = asked
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, daemon=True, name="leases")
                self._thread.start()
        return True

    def give_back(self, name: str) -> None:
        """Another process may take it at once."""
        with self._guard:
            self._held.pop(name, None)
        with (
            contextlib.suppress(OpsError),
            self._connection.write(durable=False, alone=False) as sql,
        ):
            sql.execute("DELETE FROM store_leases WHERE name = ? AND owner = ?", (name, self.owner))

    def lost(self, name: str) -> bool:
        """Whether another process may have it by now."""
        confirmed = self._held.get(name)
        return confirmed is None or since_boot() - confirmed > GIVE_UP_AFTER

    def living(self, name: str) -> bool:
        """Whether somebody has it; what has expired is cleared away. Raises OpsError."""
        with self._connection.read() as sql:
            row = sql.execute(
                "SELECT expires_at > clock_timestamp() FROM store_leases WHERE name = ?", (name,)
            ).fetchone()
        return bool(row and row[0])

    def any_living(self, prefix: str) -> bool:
        """Whether somebody has one whose name begins so. Raises OpsError."""
        with self._connection.read() as sql:
            return bool(
                sql.execute(
                    "SELECT 1 FROM store_leases WHERE substr(name, 1, ?) = ? "
                    "AND expires_at > clock_timestamp() LIMIT 1",
                    (len(prefix), prefix),
                ).fetchone()
            )

    def close(self) -> None:
        self._stop.set()
        for name in tuple(self._held):
            self.give_back(name)
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _renew(self) -> None:
        while not self._stop.wait(RENEW_EVERY):
            try:
                self.renew_once()
            except OpsError as error:
                log.warning("this process's rights could not be renewed: %s", error.message)

    def renew_once(self) -> None:
        """Ask for all of them again; what another process has by now is dropped."""
        asked, names = since_boot(), tuple(self._held)
        for name in names:
            with self._connection.write(durable=False, alone=False) as sql:
                kept = sql.execute(
                    f"UPDATE store_leases SET expires_at = {_UNTIL} "  # noqa: S608 fixed words
                    "WHERE name = ? AND owner = ?",
                    (name, self.owner),
                ).rowcount
            with self._guard:
                if kept == 1 and name in self._held:
                    self._held[name] = asked
                elif kept != 1:
                    self._held.pop(name, None)
                    log.warning("another process has taken over %s", name)


class Lease:
    """One right, as `bot.store.connection.Turn` says."""

    def __init__(self, leases: Leases, name: str) -> None:
        self._leases = leases
        self._name = name

    @contextmanager
    def held(self) -> Iterator[None]:
        if not self._leases.take(self._name):
            raise TimeoutError
        try:
            yield
        finally:
            self._leases.give_back(self._name)

    def lost(self) -> bool:
        return self._leases.lost(self._name)

    def close(self) -> None:
        """Held for no longer than `held` lasts."""
