"""Dry runs of vacuum, analyze, reindex and vacuum-full: exact numbers, locks, time, rights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.command import Arguments, Context, Plan
from bot.errors import BadInput, Refused
from handlers.database_care import window
from handlers.database_care.care import blocked_by, expected, grant
from handlers.database_care.leftovers import leftovers
from handlers.database_care.subjects import (
    CONNECT,
    QUESTION,
    Index,
    Subjects,
    Table,
    find_index,
    find_table,
    query,
    read_with,
    table_of,
)
from handlers.database_care.treating import (
    FULL,
    REINDEX,
    VACUUM,
    Subject,
    Treatment,
    table_oid,
    totals,
)
from handlers.database_care.wording import bare, counted, lasting, listed, percent, size, word

if TYPE_CHECKING:
    from bot.clients.postgres import Looking

FULL_BLOAT = (30.0, 10_000_000)  # percent and bytes that a rewrite must be able to win


def target(subjects: Subjects) -> str:
    """One care of a database at a time: its lock's name."""
    return f"database {subjects.server.database} (care)"


def fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def chosen(subjects: Subjects, treatment: Treatment, typed: str) -> list[Subject]:
    """What is treated: the named one, or all that the bot may treat; raises BadInput, Refused."""
    if not typed:
        return [
            each for each in subjects.tables if _may(each, treatment) and _fits(each, treatment)
        ]
    named: Subject | None = None
    if treatment is REINDEX and find_table(subjects.tables, typed) is None:
        named = find_index(subjects.indexes, typed)
        if named is not None and named.toast:
            raise BadInput(
                f"{named.name} is a leftover of the TOAST table of {named.on_table}: the server "
                "never builds it anew.",
                f"Drop it: `/pitchey db drop-index {named.name}`.",
            )
    if named is None:
        named = table_of(subjects, typed)
    if not _may(named, treatment):
        owner = named.owner if isinstance(named, Table) else "the table's owner"
        table = named.name if isinstance(named, Table) else named.on_table
        raise Refused(
            f"The bot's database user may not {treatment.doing.lower()} {named.name}.",
            f"As the owner: {grant(subjects.server, owner, table)}.",
        )
    if isinstance(named, Table) and not _fits(named, treatment):
        raise BadInput(f"{named.name} has nothing to {treatment.doing.lower()}.")
    return [named]


async def plan(
    context: Context, arguments: Arguments, treatment: Treatment, line: str, **options: bool
) -> Plan:
    """Raises BadInput, Refused, DatabaseFailure and NotConfigured."""
    database, typed = context.clients.database, str(arguments.get("table") or "")
    async with database.looking(deadline=CONNECT) as looking:
        subjects = await read_with(looking)
        _no_standby(subjects)
        if treatment is FULL and not typed:
            taken: list[Subject] = list(await bloated(looking, subjects))
        else:
            taken = chosen(subjects, treatment, typed)
        if not taken:
            raise BadInput(_nothing(treatment), "Name a table to do it all the same.")
        lines = await _lines(context, looking, subjects, treatment, taken, named=bool(typed))
    reason_wanted = False
    if treatment.windowed:
        whole = f"{line} {word(typed)}" if typed else line
        admitted, reason_wanted = window.admit(context, arguments, whole)
        lines.insert(0, admitted)
    what = taken[0].name if typed else "all tables"
    if treatment is FULL and not typed:
        what = "the most bloated tables"
    return Plan(
        target=target(subjects),
        effect=f"{treatment.does} {what} ({totals(taken, treatment)}), "
        f"{expected(context, treatment.kind, sum(each.bytes for each in taken))[1]}.",
        lines=tuple(map(bare, lines)),
        state=fingerprint(
            treatment.kind, sorted(each.oid for each in taken), sorted(options.items())
        ),
        reason_wanted=reason_wanted,
    )


async def bloated(looking: Looking, subjects: Subjects) -> list[Table]:
    """Tables whose rewrite wins much by the estimate, the most first."""
    rows = await looking.rows(query("bloat"), deadline=QUESTION)
    by_oid = {each.oid: each for each in subjects.tables}
    return [
        by_oid[row["oid"]]
        for row in rows
        if row["oid"] in by_oid
        and _may(by_oid[row["oid"]], FULL)
        and 100 * row["wasted"] >= FULL_BLOAT[0] * row["bytes"]
        and row["wasted"] >= FULL_BLOAT[1]
    ]


async def _lines(
    context: Context,
    looking: Looking,
    subjects: Subjects,
    treatment: Treatment,
    taken: Sequence[Subject],
    *,
    named: bool,
) -> list[str]:
    lines = [f"others: {treatment.feels}"]
    if treatment.exclusive and not named:
        lines += [
            f"{each.name} is locked for about "
            f"{lasting(expected(context, treatment.kind, each.bytes)[0])}"
            for each in taken[:8]
        ]
    elif not named:
        lines.append("first " + listed([f"{each.name} ({size(each.bytes)})" for each in taken], 4))
    if treatment.exclusive:
        seconds = context.settings.database.lock_seconds
        lines.append(
            f"it waits {seconds:g} s for a lock, {counted(treatment.tries, 'try', 'tries')}, so "
            "that nobody queues behind it for longer"
        )
    for each in taken[:3] if named or treatment.exclusive else ():
        who, _ = await blocked_by(looking, table_oid(each), reads=treatment.exclusive)
        if who:
            lines.append(f"now {who}")
    if treatment.kind == VACUUM.kind:
        lines += await _keeps_dead_rows(looking)
    if treatment is REINDEX and (found := leftovers(subjects.indexes)):
        lines.append(
            f"{counted(len(found), 'invalid leftover')} of a REINDEX that was cut off: "
            f"{listed([each.name for each in found], 3)}"
        )
    skipped = [each for each in subjects.tables if not _may(each, treatment)]
    if skipped and not named:
        first = skipped[0]
        lines.append(
            f"left out, for lack of rights: {counted(len(skipped), 'table')} such as {first.name}; "
            f"as the owner: {grant(subjects.server, first.owner, first.name)}"
        )
    lines += [
        f"session {each['pid']} still works for {each['application'].split()[-1]}, whose process "
        f"is gone: `db kill {each['pid']}` ends it"
        for each in subjects.at_work
    ]
    return lines


async def _keeps_dead_rows(looking: Looking) -> list[str]:
    rows = await looking.rows(query("oldest_snapshot"), deadline=QUESTION)
    if not rows or (rows[0]["seconds"] < 60 and rows[0]["transactions"] < 100_000):
        return []
    row = rows[0]
    since = f", open for {lasting(row['seconds'])}" if row["seconds"] else ""
    return [f"rows that died after {row['who']} began{since} cannot be removed yet"]


def _may(each: Subject, treatment: Treatment) -> bool:
    if isinstance(each, Index):
        return each.owns
    if treatment.kind == "reindex":
        return each.owns or each.maintains
    return each.owns or each.maintains or each.of_database


def _fits(each: Table, treatment: Treatment) -> bool:
    return each.indexed if treatment is REINDEX else True


def _nothing(treatment: Treatment) -> str:
    if treatment is FULL:
        least, held = FULL_BLOAT
        return (
            f"No table wastes {percent(least)} of its space and {size(held)} or more, by the "
            "estimate, so a rewrite would win next to nothing."
        )
    return "There is no table that the bot's database user may treat."


def _no_standby(subjects: Subjects) -> None:
    if subjects.server.standby:
        raise Refused(
            "This server is a standby: it only reads.", "Maintain the primary; it is replayed here."
        )
