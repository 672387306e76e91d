"""What there is already of an index that is wanted, and why an index may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput, OpsError
from handlers.database_care.indexing.definitions import (
    GUIDE,
    Shape,
    Wanted,
    does_its_work,
    shape,
    wanted,
)
from handlers.database_care.leftovers import harm
from handlers.database_care.subjects import (
    CONNECT,
    QUESTION,
    Index,
    Subjects,
    Table,
    find_table,
    query,
)
from handlers.database_care.wording import lasting

if TYPE_CHECKING:
    from bot.clients.postgres import Database, Looking

UNUSED_DAYS = 14
_TRIES = "pitchey_try"  # a temporary, empty copy of the table


@dataclass(frozen=True, slots=True)
class Existing:
    """An index that does the work of the wanted one; `how` as in `does_its_work`."""

    name: str
    ddl: str
    how: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """One of the guide's indexes; `table` is None where the platform has no such table."""

    wanted: Wanted | None
    name: str
    table: str
    existing: Existing | None = None


async def guides(database: Database, looking: Looking, subjects: Subjects) -> list[Proposal]:
    """The guide's three, each with what there is of it already."""
    found = []
    for name, typed, columns, where in GUIDE:
        table = find_table(subjects.tables, typed)
        if table is None:
            found.append(Proposal(None, name, typed))
            continue
        try:
            one = wanted(table.name, columns, where, await names(looking, table), name)
        except BadInput:
            found.append(Proposal(None, name, table.name))
            continue
        found.append(Proposal(one, name, table.name, await existing(database, looking, table, one)))
    return found


async def names(looking: Looking, table: Table) -> list[str]:
    """The table's columns as they are called."""
    rows = await looking.rows(query("columns"), {"table_oid": table.oid}, deadline=QUESTION)
    return [each["raw"] for each in rows]


async def existing(
    database: Database, looking: Looking, table: Table, want: Wanted
) -> Existing | None:
    """The index that does its work already. Raises BadInput where the server refuses it."""
    ours = await canonical(database, table, want)
    rows = await looking.rows(
        query("index_definitions"), {"table_oid": table.oid}, deadline=QUESTION
    )
    found = []
    for row in rows:
        theirs = shape(row["ddl"])
        if theirs is not None and (how := does_its_work(theirs, ours)):
            found.append(Existing(row["name"], row["ddl"], how, row["valid"]))
    order = ("same", "all rows", "begins with it")
    found.sort(key=lambda each: (not each.valid, order.index(each.how)))
    return found[0] if found else None


async def canonical(database: Database, table: Table, want: Wanted) -> Shape:
    """As the server writes it, by making it on an empty copy that is undone."""
    statement = want.statement(on=f"pg_temp.{_TRIES}", concurrently=False)
    try:
        async with (
            database.direct().session(deadline=CONNECT, read_only=False) as connection,
            connection.transaction(force_rollback=True),
        ):
            await connection.execute(
                f"CREATE TEMPORARY TABLE {_TRIES} (LIKE {table.name})".encode()
            )
            await connection.execute(statement.encode())
            rows = await connection.execute(
                "select pg_get_indexdef(indexrelid) as ddl from pg_index "
                "where indrelid = %s::regclass",
                (f"pg_temp.{_TRIES}",),
            )
            row = await rows.fetchone()
    except DatabaseFailure as failure:
        if failure.trouble is DatabaseTrouble.OTHER:
            raise BadInput(
                "The server does not take this index.", f"It says: {failure.said}"
            ) from failure
        raise
    found = shape(row["ddl"]) if row else None
    if found is None:
        raise OpsError("The server wrote the index in a form that is not understood.")
    return found


async def why_it_may_go(
    looking: Looking, index: Index, indexes: tuple[Index, ...]
) -> tuple[str, str]:
    """(reason, definition); the reason is "" where nothing speaks for dropping it."""
    ddl = str(
        (await looking.rows(query("index_definition"), {"oid": index.oid}, deadline=QUESTION))[0][
            "ddl"
        ]
    )
    if not index.valid:
        return f"it is not valid: {harm(index)}", ddl
    ours = shape(ddl)
    rows = await looking.rows(
        query("index_definitions"), {"table_oid": index.table_oid}, deadline=QUESTION
    )
    by_short = {each.short: each for each in indexes if each.table_oid == index.table_oid}
    for row in rows:
        other = by_short.get(row["name"])
        theirs = shape(row["ddl"])
        if other is None or other.oid == index.oid or not row["valid"] or not (ours and theirs):
            continue
        how = does_its_work(theirs, ours)
        if how == "same":
            return f"{row['name']} is the same index, and stays", ddl
        if how:
            return f"{row['name']} can do its work, and stays", ddl
    use = (await looking.rows(query("index_use"), {"oid": index.oid}, deadline=QUESTION))[0]
    if use["scans"] == 0 and use["seconds"] >= UNUSED_DAYS * 86_400 and not index.is_unique:
        return f"no query used it in the {lasting(use['seconds'])} that statistics cover", ddl
    return "", ddl
