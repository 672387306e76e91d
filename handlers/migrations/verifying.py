"""Is the database well after a migration: generic checks, and those declared in the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.backups.names import Table, shown
from bot.blocks import clip
from bot.clients.postgres import Database
from bot.errors import OpsError
from bot.program import run_program
from handlers.migrations.result import Check, MigrationFile

if TYPE_CHECKING:
    from bot.settings import Settings

_DEADLINE = 120.0
_MOST_SHOWN = 5
_COMMAND_SECONDS = 600.0
_INVALID = """
select indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = indexrelid
where not indisvalid and c.relkind = 'i' order by 1
"""
_UNVALIDATED = """
select conrelid::regclass::text || '.' || quote_ident(conname) as name from pg_constraint
where not convalidated and conrelid <> 0 order by 1
"""
# What takes rows away on purpose.
_LOSING = ("drops the table ", "empties ", "deletes ")


@dataclass(frozen=True, slots=True)
class Scene:
    """What was wrong before the migration is not blamed on it."""

    invalid: frozenset[str] = frozenset()
    unvalidated: frozenset[str] = frozenset()


async def scene(database: Database) -> Scene:
    """Raises DatabaseFailure."""
    return Scene(await _names(database, _INVALID), await _names(database, _UNVALIDATED))


async def generic(database: Database, before: Scene) -> tuple[Check, ...]:
    """Indexes and constraints that are not whole. Raises DatabaseFailure."""
    now = await scene(database)
    return (
        _leftover("Indexes", "invalid", now.invalid, before.invalid),
        _leftover("Constraints", "not validated", now.unvalidated, before.unvalidated, warns=True),
    )


def rows(
    before: Mapping[Table, int], after: Mapping[Table, int], files: Sequence[MigrationFile]
) -> Check:
    """Whether a table lost rows that no statement takes away. Pure."""
    meant = " ".join(
        each.does for file in files for each in file.statements if each.does.startswith(_LOSING)
    )
    changed, lost = [], []
    for table in sorted({*before, *after}):
        name, was, now = shown(table), before.get(table), after.get(table)
        if was == now or was is None:
            continue
        told = f"{name} {was:,} → {now:,}" if now is not None else f"{name} ({was:,} rows) is gone"
        changed.append(told)
        if (now or 0) < was and name not in meant:
            lost.append(told)
    fresh = [shown(table) for table in sorted(after.keys() - before.keys())]
    total = f"{len(after):,} tables, {sum(after.values()):,} rows"
    if lost:
        return Check("Rows", False, f"lost, and no statement says so: {_few(lost)}")
    added = f"; new: {_few(fresh)}" if fresh else ""
    if changed:
        return Check("Rows", True, f"{total}; changed: {_few(changed)}{added}")
    return Check("Rows", True, f"{total}, as before{added}")


async def declared(settings: Settings, database: Database, folder: Path) -> tuple[Check, ...]:
    """The queries and the command of [migrations]. Never raises for what they find."""
    found = [await _query(database, sql) for sql in settings.migrations.verify]
    if settings.migrations.verify_command:
        ended = await run_program(
            settings.migrations.verify_command,
            folder=folder,
            limit=_COMMAND_SECONDS,
            variables={"DATABASE_URL": database.dsn or ""},
            redact=redact_with(database),
        )
        last = f": {clip(ended.tail[-1], 200)}" if ended.tail else ""
        name = settings.migrations.verify_command[0]
        found.append(Check(name, ended.good, f"{ended.told}{last}"))
    return tuple(found)


def redact_with(database: Database) -> Callable[[str], str]:
    """Takes the connection string out too, whose name of the database may be a new one."""

    def redact(text: str) -> str:
        dsn = database.dsn or ""
        return database.redact(text.replace(dsn, "[DATABASE_URL]") if dsn else text)

    return redact


async def _query(database: Database, sql: str) -> Check:
    name = clip(" ".join(sql.split()), 80)
    try:
        async with database.looking(deadline=_DEADLINE) as looking:
            found = await looking.rows(sql, deadline=_DEADLINE, foreign=True)
    except OpsError as error:
        said = database.redact(getattr(error, "said", "") or error.message)
        return Check(name, False, clip(" ".join(said.split()), 200))
    values = [next(iter(row.values()), None) for row in found]
    if not values:
        return Check(name, False, "answered no row")
    good = all(value is True for value in values)
    return Check(name, good, "true" if good else f"answered {clip(str(values[0]), 60)}, not true")


def _leftover(
    title: str, wrong: str, now: frozenset[str], before: frozenset[str], *, warns: bool = False
) -> Check:
    fresh = sorted(now - before)
    if fresh:
        return Check(title, warns, f"{len(fresh)} {wrong} since: {_few(fresh)}")
    old = f", {len(now)} {wrong} as before" if now else f", none {wrong}"
    return Check(title, True, f"nothing new{old}")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more


async def _names(database: Database, sql: str) -> frozenset[str]:
    found = await database.query(sql, deadline=_DEADLINE)
    return frozenset(str(row["name"]) for row in found)
