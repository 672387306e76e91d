"""What every repository stands on: transactions over one store, whichever engine keeps it.

The SQL of the repositories is written once, in what SQLite and PostgreSQL both understand;
what differs is translated in `bot.store.postgresql`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Never, Protocol

from bot.errors import OpsError

# Tables that belong to an engine and not to the bot begin so.
OWN_TABLES = ("sqlite_", "_sqlite_", "store_")


class Rows(Protocol):
    """What a statement answers."""

    @property
    def rowcount(self) -> int: ...

    @property
    def lastrowid(self) -> int | None: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Sql(Protocol):
    """Runs statements, inside of one transaction or for reading. Placeholders are `?`."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Rows: ...


class Conflict(Exception):
    """A unique index refused a row; the transaction goes on as if it had not been tried."""


class Turn(Protocol):
    """The right to do something that one process does at a time; a dead one loses it."""

    def held(self) -> AbstractContextManager[None]:
        """Raises TimeoutError where another process has it."""
        ...

    def lost(self) -> bool:
        """Whether it was taken from its holder meanwhile, as after a cut connection."""
        ...

    def close(self) -> None: ...


class Connection(ABC):
    """One store. Every failure leaves as an OpsError."""

    path: Path  # the file, or where this machine keeps what belongs to the store

    @abstractmethod
    def write(self, *, durable: bool = True, alone: bool = True) -> AbstractContextManager[Sql]:
        """One transaction; when it returns, a crash of the process cannot undo it.

        `durable` makes that true for a power cut as well, at the price of an fsync. With `alone`
        nobody else writes meanwhile, so that what is read stays true; without it the statements
        have to be safe by themselves, as an insert with a unique key is.
        """

    @abstractmethod
    def read(self) -> AbstractContextManager[Sql]: ...

    @abstractmethod
    def frozen(self) -> AbstractContextManager[Sql]:
        """Reads that all see the same moment, while others go on writing."""

    @abstractmethod
    def unless_taken(self, sql: Sql) -> AbstractContextManager[None]:
        """Inside `write`: raises Conflict where a unique index refuses, and only undoes that."""

    @abstractmethod
    def triggers(self, *tables: str) -> frozenset[str]:
        """Names of the triggers on those tables, or on all."""

    @abstractmethod
    def tables(self) -> tuple[str, ...]:
        """Every table that holds records of the bot."""

    @abstractmethod
    def columns(self, table: str) -> tuple[str, ...]:
        """Those that are written; what is read out of another column is not."""

    @abstractmethod
    def unguard(self, sql: Sql) -> None:
        """Inside `write`: take the triggers away, to fill the store from another one."""

    @abstractmethod
    def guard(self, sql: Sql) -> None:
        """Inside the same `write`: put the triggers back, and count on from what was filled in."""

    @abstractmethod
    def copy_to(self, target: Path) -> None:
        """A whole copy in a new SQLite file, made while this one is used."""

    @abstractmethod
    def size(self) -> int:
        """Bytes that the records take."""

    @abstractmethod
    def turn(self, name: str) -> Turn:
        """The right of that name."""

    @abstractmethod
    def problem(self) -> OpsError | None:
        """Why nothing can be written right now, by the smallest write there is."""

    @abstractmethod
    def close(self) -> None: ...


class NoConnection(Connection):
    """Stands where no store could be opened: reading and writing both say why."""

    def __init__(self, path: Path, reason: OpsError) -> None:
        self.path = path
        self._reason = reason

    def write(self, *, durable: bool = True, alone: bool = True) -> Never:  # noqa: ARG002
        raise self._told()

    def read(self) -> Never:
        raise self._told()

    def frozen(self) -> Never:
        raise self._told()

    def unless_taken(self, sql: Sql) -> Never:  # noqa: ARG002
        raise self._told()

    def triggers(self, *tables: str) -> Never:  # noqa: ARG002
        raise self._told()

    def tables(self) -> Never:
        raise self._told()

    def columns(self, table: str) -> Never:  # noqa: ARG002
        raise self._told()

    def unguard(self, sql: Sql) -> Never:  # noqa: ARG002
        raise self._told()

    def guard(self, sql: Sql) -> Never:  # noqa: ARG002
        raise self._told()

    def copy_to(self, target: Path) -> Never:  # noqa: ARG002
        raise self._told()

    def size(self) -> Never:
        raise self._told()

    def turn(self, name: str) -> Never:  # noqa: ARG002
        raise self._told()

    def problem(self) -> OpsError:
        return self._told()

    def close(self) -> None:
        """Nothing was opened."""

    def _told(self) -> OpsError:
        return OpsError(self._reason.message, self._reason.hint, permanent=self._reason.permanent)
