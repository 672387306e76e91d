"""What a rule of `[[database.archive]]` means for the table that is there now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.errors import BadInput, OpsError, Refused
from handlers.database_care.subjects import QUESTION, Subjects, Table, find_table, query
from handlers.database_care.wording import counted, listed

if TYPE_CHECKING:
    from bot.clients.postgres import Looking
    from bot.settings.database import ArchiveRule

COUNTED_WITHIN = 30.0  # seconds
VERSION = "pitchey_row_version"  # a column of the copy: which version of the row was copied
_PART_BYTES = 32_000_000  # uncompressed
_TIMES = ("timestamp", "date")


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as SQL writes it, `raw` as it is."""

    name: str
    raw: str
    type: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` of `on_table` and `others` of the table it belongs with."""

    name: str
    on_table: str
    columns: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aim:
    """One table whose rows before `cutoff` go. `referenced` are keys that hold rows back."""

    rule: ArchiveRule
    table: Table
    column: Column
    columns: tuple[Column, ...]
    key: tuple[Column, ...]
    referenced: tuple[Reference, ...]
    cutoff: datetime
    database: str
    server: str  # its version
    most: int  # rows of one part
    rows: int | None = None  # that go; None where counting took too long
    held: int = 0  # old rows that stay because others point to them

    @property
    def deletes_only(self) -> bool:
        return self.rule.mode == "delete"

    @property
    def old(self) -> str:
        """SQL: whether row `t` is older than the rule allows."""
        return f"t.{self.column.name} < '{self.cutoff.isoformat()}'::{self.column.type}"

    @property
    def free(self) -> str:
        """SQL: that no other row points to row `t`."""
        return "".join(f" and not exists ({_pointing(each)})" for each in self.referenced)

    @property
    def order(self) -> str:
        return ", ".join(f"t.{each.name}" for each in self.key)

    @property
    def row_bytes(self) -> float:
        return max(40.0, (self.table.bytes - self.table.index_bytes) / max(1, self.table.live))

    @property
    def batch(self) -> int:
        """Rows of one part, so that it stays small in memory."""
        return max(1, min(self.most, int(_PART_BYTES / self.row_bytes)))


def cutoff_of(days: int, now: datetime) -> datetime:
    """The midnight (UTC) before that age: it stays the same between plan and run."""
    day = (now.astimezone(UTC) - timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def ruled(rules: tuple[ArchiveRule, ...], subjects: Subjects, typed: str) -> list[ArchiveRule]:
    """The rules whose tables are there, or the one for the table that was typed."""
    found = [rule for rule in rules if find_table(subjects.tables, rule.table) is not None]
    if not typed:
        return found
    wanted = find_table(subjects.tables, typed)
    named = [r for r in found if wanted and find_table(subjects.tables, r.table) == wanted]
    if named:
        return named[:1]
    have = listed([rule.table for rule in found], 10)
    raise BadInput(
        f"No rule says which rows of {typed} are old.",
        f"Rules exist for {have}. Add a `[[database.archive]]` to pitchey.toml.",
    )


async def aim(
    looking: Looking, subjects: Subjects, rule: ArchiveRule, now: datetime, most: int
) -> Aim:
    """Raises Refused where it cannot be archived, and DatabaseFailure."""
    table = find_table(subjects.tables, rule.table)
    if table is None:
        raise OpsError(f"There is no table {rule.table}.", permanent=True)
    if table.kind != "r":
        raise Refused(
            f"{table.name} is partitioned or a view.",
            "Detach its old partitions instead, which is quicker and safer.",
        )
    asked = {"table_oid": table.oid}
    columns = await looking.rows(query("columns"), asked, deadline=QUESTION)
    kept = tuple(_column(each) for each in columns if not each["generated"])
    by_raw = {each.raw: each for each in kept}
    column = by_raw.get(rule.column)
    if column is None or not column.type.startswith(_TIMES):
        raise Refused(
            f"{table.name} has no time called {rule.column}.",
            "Correct `column` in its `[[database.archive]]`.",
        )
    key = tuple(map(_column, await looking.rows(query("primary_key"), asked, deadline=QUESTION)))
    if not key:
        raise Refused(
            f"{table.name} has no primary key, so its rows cannot be told apart.",
            "Add one, then archive it.",
        )
    rights = (await looking.rows(query("rights"), asked, deadline=QUESTION))[0]
    if not (rights["selects"] and rights["deletes"] and rights["updates"]):
        role = subjects.server.role_quoted
        raise Refused(
            f"The bot's database user may not read and delete rows of {table.name}.",
            f"As the owner: `GRANT SELECT, UPDATE, DELETE ON {table.name} TO {role};`",
        )
    pointing = await looking.rows(query("referenced_by"), asked, deadline=QUESTION)
    if hidden := [each for each in pointing if not each["readable"]]:
        raise Refused(
            f"{hidden[0]['on_table']} points to {table.name}, and the bot may not read it.",
            f"As the owner: `GRANT SELECT ON {hidden[0]['on_table']} TO "
            f"{subjects.server.role_quoted};`",
        )
    references = tuple(
        Reference(each["name"], each["on_table"], tuple(each["columns"]), tuple(each["others"]))
        for each in pointing
    )
    return Aim(
        rule,
        table,
        column,
        kept,
        key,
        references,
        cutoff_of(rule.days, now),
        subjects.server.database,
        subjects.server.version,
        most,
    )


async def count(looking: Looking, found: Aim) -> tuple[int | None, int]:
    """Rows that go, and old ones that stay because others point to them."""
    sql = (
        f"select count(*) filter (where true{found.free}) as free, count(*) as old "  # noqa: S608
        f"from {found.table.name} t where {found.old}"
    )
    try:
        row = (await looking.rows(sql, deadline=COUNTED_WITHIN))[0]
    except DatabaseFailure as failure:
        if failure.trouble is DatabaseTrouble.TIMED_OUT and not looking.connection.closed:
            return None, 0
        raise
    return int(row["free"]), int(row["old"] - row["free"])


def replaced(found: Aim, rows: int | None, held: int) -> Aim:
    """The aim with what was counted."""
    return replace(found, rows=rows, held=held)


def held_words(found: Aim) -> str:
    """Why old rows stay; empty where none does."""
    if not found.held:
        return ""
    tables = listed(list(dict.fromkeys(each.on_table for each in found.referenced)), 3)
    return f"{counted(found.held, 'old row')} stay, because rows of {tables} point to them"


def _column(row: dict[str, Any]) -> Column:
    return Column(row["name"], row["raw"], row["type"])


def _pointing(each: Reference) -> str:
    same = " and ".join(
        f"c.{one} = t.{other}" for one, other in zip(each.columns, each.others, strict=True)
    )
    return f"select from {each.on_table} c where {same}"
