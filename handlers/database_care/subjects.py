"""What care works on: the server, its tables and indexes, found by the names that people type."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.blocks import clip, code
from bot.errors import BadInput
from bot.queries import named

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking

CONNECT = 10.0  # seconds; a sleeping compute needs some of them
QUESTION = 10.0  # seconds for one question about the catalogue


def query(name: str) -> str:
    """The statement of queries.sql with that name."""
    return named("handlers.database_care")[name]


@dataclass(frozen=True, slots=True)
class Server:
    """The server and what the bot's user may do there; names ending in `_quoted` are for SQL."""

    database: str
    database_quoted: str
    version: str
    version_number: int
    role: str
    role_quoted: str
    superuser: bool
    replicates: bool
    signals: bool
    creates: bool
    standby: bool
    wal_level: str
    most_slots: int
    slots: int
    most_senders: int
    senders: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `name` as SQL writes it, sizes in bytes with indexes and TOAST."""

    oid: int
    schema: str
    raw: str
    name: str
    kind: str
    file: int
    owner: str
    bytes: int
    index_bytes: int
    live: int
    dead: int
    modified: int
    owns: bool
    maintains: bool
    of_database: bool
    excludes: bool
    indexed: bool


@dataclass(frozen=True, slots=True)
class Index:
    """One index; `needed` where a constraint or replication stands on it.

    One of a TOAST table is `toast`; its table is the one whose long values lie there. `written`
    is false where no change of the table reaches it.
    """

    oid: int
    name: str
    schema: str
    raw: str
    short: str
    table_oid: int
    on_table: str
    toast: bool
    bytes: int
    file: int
    valid: bool
    written: bool
    is_unique: bool
    needed: bool
    leftover: bool
    building: bool
    owns: bool
    may_drop: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Subjects:
    server: Server
    tables: tuple[Table, ...]
    indexes: tuple[Index, ...]
    at_work: tuple[dict[str, Any], ...]  # sessions of operations that lost their process


async def read(database: Database) -> Subjects:
    """Raises DatabaseFailure and NotConfigured."""
    async with database.looking(deadline=CONNECT) as looking:
        return await read_with(looking)


async def read_with(looking: Looking) -> Subjects:
    server = (await looking.rows(query("server"), deadline=QUESTION))[0]
    tables = await looking.rows(query("tables"), deadline=QUESTION, lock_seconds=2.0)
    indexes = await looking.rows(query("indexes"), deadline=QUESTION, lock_seconds=2.0)
    working = await looking.rows(query("ours_at_work"), deadline=QUESTION)
    return Subjects(
        Server(**server),
        tuple(Table(**row) for row in tables),
        tuple(Index(**row) for row in indexes),
        tuple(working),
    )


def table_of(subjects: Subjects, typed: str) -> Table:
    """The table with that name; raises BadInput, with the names that come close."""
    return _one(subjects.tables, typed, "table", "`/pitchey db tables` lists them.")


def index_of(subjects: Subjects, typed: str) -> Index:
    """The index with that name; raises BadInput."""
    return _one(subjects.indexes, typed, "index", "`/pitchey db indexes` lists what is wrong.")


def find_table(tables: Iterable[Table], typed: str) -> Table | None:
    """None where there is none, or several of that name in different schemas."""
    found = _named(tuple(tables), typed)
    return found[0] if len(found) == 1 else None


def find_index(indexes: Iterable[Index], typed: str) -> Index | None:
    found = _named(tuple(indexes), typed)
    return found[0] if len(found) == 1 else None


T = TypeVar("T", Table, Index)


def _one(subjects: Sequence[T], typed: str, kind: str, lists: str) -> T:
    found = _named(subjects, typed)
    if len(found) == 1:
        return found[0]
    shown = code(clip(typed, 80))
    if found:
        names = ", ".join(code(each.name) for each in found)
        raise BadInput(f"Several schemas have a {kind} {shown}.", f"Name one of {names}.")
    by_name = {each.raw.lower(): each.name for each in subjects}
    by_name |= {each.name.lower(): each.name for each in subjects}
    close = difflib.get_close_matches(typed.lower(), by_name, n=3, cutoff=0.6)
    meant = list(dict.fromkeys(by_name[each] for each in close))
    hint = f"Did you mean {' or '.join(map(code, meant))}?" if meant else lists
    raise BadInput(f"There is no {kind} {shown}.", hint)


def _named(subjects: Sequence[T], typed: str) -> list[T]:
    """By its name as SQL writes it first, then as it is; by schema and name, or name alone."""
    wanted = typed.strip()
    for spelled in (wanted, wanted.lower()):
        exact = [each for each in subjects if each.name == spelled]
        if exact:
            return exact
        found = [
            each
            for each in subjects
            if spelled in (each.raw, f"{each.schema}.{each.raw}", each.name.partition(".")[2])
        ]
        public = [each for each in found if each.schema == "public"]
        if found:
            return public if len(public) == 1 and "." not in wanted else found
    return []
