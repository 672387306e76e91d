"""`/pitchey db create-index` and `db drop-index`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import code
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import BadInput, OpsError, Refused
from handlers.database_care.care import CANCELLING, blocked_by, care_of, expected
from handlers.database_care.indexing import definitions, looking
from handlers.database_care.indexing.definitions import GUIDE, Wanted
from handlers.database_care.indexing.looking import Existing
from handlers.database_care.indexing.views import (
    dropped_reply,
    exists_reply,
    made_reply,
    proposals_reply,
)
from handlers.database_care.indexing.working import drop, make
from handlers.database_care.leftovers import drop_statement, how_dropped
from handlers.database_care.planning import fingerprint, target
from handlers.database_care.subjects import (
    CONNECT,
    Subjects,
    Table,
    find_index,
    find_table,
    index_of,
    read_with,
    table_of,
)
from handlers.database_care.wording import size, word

if TYPE_CHECKING:
    from bot.clients.postgres import Looking

SECTION = "Performance Tuning, Database Optimization"
_DEADLINE = 6 * 3_600.0


@dataclass(frozen=True, slots=True)
class _Choice:
    """What was asked for; `existing` does its work already."""

    subjects: Subjects
    table: Table
    raw: str
    statement: str
    existing: Existing | None
    again: str = ""


async def _choice(context: Context, look: Looking, arguments: Arguments) -> _Choice:
    """Raises BadInput where it cannot be made out, Refused without the right."""
    subjects = await read_with(look)
    typed, anyway = str(arguments["what"]), bool(arguments.get("anyway"))
    columns = str(arguments.get("columns") or "")
    kept = context.store.maintenance_records.dropped(typed)
    guide = next((each for each in GUIDE if each[0] == typed), None)
    if kept and not columns:
        found = _kept(subjects, kept[0].target, kept[0].ddl)
    else:
        if guide is None and find_table(subjects.tables, typed) is None and not columns:
            names = ", ".join(code(each[0]) for each in GUIDE)
            raise BadInput(
                f"{code(typed)} is neither one of the guide's indexes nor a table.",
                f'The guide has {names}. For a table, give `--columns "genre, created_at desc"`.',
            )
        if guide is None and not columns:
            raise BadInput(
                "Which columns?", f'`/pitchey db create-index {typed} --columns "genre"`'
            )
        table = table_of(subjects, guide[1] if guide else typed)
        where = guide[3] if guide else str(arguments.get("where") or "")
        want = definitions.wanted(
            table.name,
            guide[2] if guide else columns,
            where,
            await looking.names(look, table),
            guide[0] if guide else str(arguments.get("name") or ""),
        )
        there = await looking.existing(context.clients.database, look, table, want)
        taken = find_index(subjects.indexes, f"{table.schema}.{want.name}")
        if taken is not None and taken.valid and (there is None or anyway):
            want = Wanted(f"{want.name}_2", want.table, want.keys, want.where)
        line = f"db create-index {word(typed)} --anyway" if guide else ""
        found = _Choice(
            subjects, table, want.name, want.statement(), None if anyway else there, line
        )
    if not found.table.owns:
        raise Refused(
            f"Only the owner of {found.table.name} may make an index on it.",
            f"As the owner: `GRANT {found.table.owner} TO {subjects.server.role_quoted};`",
        )
    return found


def _kept(subjects: Subjects, name: str, ddl: str) -> _Choice:
    """One that was dropped here, by the definition that the server wrote then."""
    there = find_index(subjects.indexes, name)
    if there is not None:
        raise BadInput(f"{name} is there already.", "`/pitchey db indexes` shows what is wrong.")
    on = ddl.partition(" ON ")[2].removeprefix("ONLY ").partition(" USING ")[0]
    table = find_table(subjects.tables, on)
    if table is None:
        raise BadInput(f"The table {on} of {name} is not there any more.")
    short = name.removeprefix(f"{on.partition('.')[0]}.")
    raw = short[1:-1].replace('""', '"') if short.startswith('"') else short
    return _Choice(subjects, table, raw, definitions.concurrently(ddl), None)


async def plan_create(context: Context, arguments: Arguments) -> Plan:
    if not arguments.get("what"):
        return Plan("indexes", "reads", risk=Risk.READS)
    async with context.clients.database.looking(deadline=CONNECT) as look:
        found = await _choice(context, look, arguments)
        if found.existing is not None:
            return Plan(found.table.name, "reads", risk=Risk.READS)
        who, _ = await blocked_by(look, found.table.oid, reads=False, least=5.0)
    estimate = expected(context, "create-index", found.table.bytes - found.table.index_bytes)[1]
    lines = [
        found.statement,
        "reading and writing go on, somewhat slower; it waits for transactions that are open",
        "where it fails, what it left behind is dropped",
    ]
    lines += [f"now {who}"] if who else []
    return Plan(
        target=target(found.subjects),
        effect=f"makes {found.raw} on {found.table.name} ({size(found.table.bytes)}, "
        f"{found.table.live:,} rows), {estimate}.",
        lines=tuple(lines),
        state=fingerprint(found.table.oid, found.statement),
    )


async def run_create(context: Context, arguments: Arguments) -> Reply:
    database = context.clients.database
    async with database.looking(deadline=CONNECT) as look:
        if not arguments.get("what"):
            found = await looking.guides(database, look, await read_with(look))
            dropped = [each.target for each in context.store.maintenance_records.dropped()]
            names = {index.name for index in (await read_with(look)).indexes}
            again = tuple(dict.fromkeys(name for name in dropped if name not in names))
            return proposals_reply(found, again)
        choice = await _choice(context, look, arguments)
    if choice.existing is not None:
        return exists_reply(choice.raw, choice.existing, choice.again)
    care = care_of(context)
    await care.operation.step(f"Create {choice.raw}")
    return made_reply(await make(care, choice.table, choice.raw, choice.statement))


async def plan_drop(context: Context, arguments: Arguments) -> Plan:
    async with context.clients.database.looking(deadline=CONNECT) as look:
        subjects = await read_with(look)
        index = index_of(subjects, str(arguments["index"]))
        why, ddl = await looking.why_it_may_go(look, index, subjects.indexes)
        who, _ = await blocked_by(look, index.table_oid, reads=False, least=5.0)
    if index.needed:
        raise Refused(
            f"{index.name} belongs to a constraint or to replication, so it stays.",
            "Drop the constraint instead, with a migration.",
        )
    if index.kind != "i":
        raise Refused(
            f"{index.name} is the index of a partitioned table.", "Drop it by a migration."
        )
    if not index.may_drop:
        raise Refused(
            f"The bot's database user may not drop {index.name} of {index.on_table}.",
            f"{how_dropped(index)}: `{drop_statement(index)}`",
        )
    if not why and not arguments.get("anyway"):
        raise Refused(
            f"{index.name} is in use, and nothing else does its work.",
            f"To drop it all the same: `/pitchey db drop-index {word(index.name)} --anyway`.",
        )
    lines = [
        f"because {why}" if why else "IT IS IN USE, and nothing else does its work",
        f"to make it again: {ddl}",
        "reading and writing go on; it waits for transactions that are open",
    ]
    lines += [f"now {who}"] if who else []
    return Plan(
        target=target(subjects),
        effect=f"drops {index.name} of {index.on_table} ({size(index.bytes)}).",
        lines=tuple(lines),
        state=fingerprint(index.oid, ddl),
        risk=Risk.CHANGES if why else Risk.DANGEROUS,
    )


async def run_drop(context: Context, arguments: Arguments) -> Reply:
    care = care_of(context)
    async with care.database.looking(deadline=CONNECT) as look:
        subjects = await read_with(look)
        index = index_of(subjects, str(arguments["index"]))
        _, ddl = await looking.why_it_may_go(look, index, subjects.indexes)
    if index.needed:
        raise OpsError(f"{index.name} belongs to a constraint by now.", permanent=True)
    await care.operation.step(f"Drop {index.name}")
    return dropped_reply(await drop(care, index, ddl))


CREATE = Command(
    name="db create-index",
    summary="Make an index without locking anybody out: one of the guide's, or your own.",
    run=run_create,
    plan=plan_create,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "what", "one of the guide's, one that was dropped here, or a table",
            example="idx_pitches_created_at",
        ),
        Argument(
            "columns", "of the table, as in the statement; also lower(…) and upper(…)", flag=True,
            example='"genre, created_at desc"',
        ),
        Argument(
            "where", "only rows like these", flag=True, example='"status = \'published\'"'
        ),
        Argument("name", "how it is called, otherwise by table and columns", flag=True),
        Argument("anyway", "also where another index does its work", Kind.FLAG),
    ),
    examples=(
        "db create-index",
        "db create-index idx_pitches_created_at",
        'db create-index pitches --columns "genre, created_at desc"',
    ),
    details=(
        "Without arguments it lists the guide's three and says of each whether it is there, also "
        "under another name or in another form. CREATE INDEX CONCURRENTLY; where it fails, the "
        "invalid rest is dropped. What is typed is checked word by word: columns of the table, "
        "lower() and upper(), and conditions with a sign and a value."
    ),
    guide=SECTION,
    deadline=_DEADLINE,
    cancelling=CANCELLING,
)  # fmt: skip
DROP = Command(
    name="db drop-index",
    summary="Drop an index that is unused, doubled or invalid; its definition is kept.",
    run=run_drop,
    plan=plan_drop,
    role=Role.OPERATOR,
    risk=Risk.CHANGES,
    arguments=(
        Argument("index", "which one", required=True, example="idx_pitches_genre_copy"),
        Argument("anyway", "also one that is in use; needs an approval", Kind.FLAG),
    ),
    examples=("db drop-index idx_pitches_genre_copy",),
    details=(
        "DROP INDEX CONCURRENTLY, with the reason checked again: invalid, the same as another, "
        "covered by another, or not used in 14 days of statistics. Never one of a constraint. "
        "Read replicas count for themselves. The definition is kept, and "
        "`db create-index` with its name makes it again."
    ),
    guide="Database Maintenance, Monthly Tasks",
    deadline=_DEADLINE,
    cancelling=CANCELLING,
)
COMMANDS = (CREATE, DROP)
