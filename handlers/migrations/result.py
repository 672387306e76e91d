"""What a migration is, what it would lock, where it stands, and how a run of it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Mode(IntEnum):
    """Lock modes of a table, weakest first (PostgreSQL, "Table-Level Locks")."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def word(self) -> str:
        return self.name.replace("_", " ")

    @property
    def blocks(self) -> str:
        """Who waits while it is held."""
        if self is Mode.ACCESS_EXCLUSIVE:
            return "reads and writes wait"
        if self >= Mode.SHARE:
            return "writes wait"
        if self is Mode.SHARE_UPDATE_EXCLUSIVE:
            return "nobody waits but other changes of the table's shape"
        return "nobody waits"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that a statement takes on a table that exists already."""

    relation: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Advice:
    """Why a statement needs care, and the safer way. `grave`: long outage or loss of data."""

    words: str
    safer: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file. `line` counts from 1; `bare`: not inside a transaction."""

    text: str
    line: int
    does: str
    locks: tuple[Lock, ...] = ()
    advice: tuple[Advice, ...] = ()
    bare: bool = False
    # The index that CONCURRENTLY makes: where it is left invalid, it is dropped before a retry.
    builds: str = ""


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One file of the folder. `mistakes` keep it from being run; `checksum` is SHA-256."""

    name: str
    checksum: str
    transactional: bool
    statements: tuple[Statement, ...]
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A row of the ledger. `finished_at` is None for a file whose `done` statements ran so far."""

    name: str
    checksum: str
    statements: int
    done: int
    began_at: datetime
    finished_at: datetime | None
    seconds: float
    person: str
    operation: str


@dataclass(frozen=True, slots=True)
class Size:
    """Rows are PostgreSQL's estimate; None where nobody counted yet."""

    rows: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The folder held against the ledger of a database.

    `changed` were edited after they were applied, `lost` are applied and not in the folder any
    more, `late` are pending though a later one is applied, `unfinished` ran in part.
    """

    pending: tuple[MigrationFile, ...]
    applied: tuple[Applied, ...]
    before: tuple[str, ...] = ()  # not later than the baseline
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    unfinished: tuple[Applied, ...] = ()

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Why nothing may be run."""
        told = [f"{file.name}: {each}" for file in self.pending for each in file.mistakes]
        told += [f"{name}: edited after it was applied" for name in self.changed]
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Blocker:
    """Who holds a lock that the migration waits for. `query` is redacted."""

    pid: int
    application: str
    state: str
    seconds: float
    query: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lock seen while a migration ran: for how long between the first and last look."""

    relation: str
    mode: Mode
    seconds: float


@dataclass(frozen=True, slots=True)
class FileRun:
    name: str
    seconds: float
    statements: int
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """What failed, and in what state it left the file.

    `number` of `statement` counts from 1; 0 where none was reached. `undone` is True where the
    whole file was rolled back; else `done` statements of it stay.
    """

    name: str
    number: int
    statement: Statement | None
    said: str
    state: str  # SQLSTATE
    undone: bool
    done: int
    blockers: tuple[Blocker, ...] = ()
    attempts: int = 1
    invalid_index: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What ran, in order, and what stopped it. `locks` where they were watched."""

    files: tuple[FileRun, ...]
    failure: Failure | None
    seconds: float
    locks: tuple[Held, ...] = ()
    output: tuple[str, ...] = ()  # the last lines of a declared command, redacted


@dataclass(frozen=True, slots=True)
class Check:
    """One check after a migration."""

    name: str
    good: bool
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        return all(each.good for each in self.checks)
