"""The table of the platform's database that remembers which files were applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError, Refused
from handlers.migrations.result import Applied, MigrationFile

if TYPE_CHECKING:
    from bot.clients.postgres import Connection

_COLUMNS = (
    "name", "checksum", "statements", "done", "began_at", "finished_at", "seconds", "person",
    "operation",
)  # fmt: skip
_MAKE = """
create table if not exists {table} (
  name text primary key,
  checksum text not null,
  statements int not null,
  done int not null,
  began_at timestamptz not null,
  finished_at timestamptz,
  seconds float8 not null default 0,
  person text not null default '',
  operation text not null default ''
)
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """`table` comes from the settings, which take plain names only."""

    table: str

    async def exists(self, connection: Connection) -> bool:
        """Raises OpsError where the table of that name is another tool's, and psycopg.Error."""
        rows = await _rows(
            connection,
            "select attname::text as name from pg_attribute "
            "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
            (self.table,),
        )
        found = {row["name"] for row in rows}
        if found and not set(_COLUMNS) <= found:
            raise OpsError(
                f"The table {self.table} is there, and it is not the bot's.",
                'Name another one in pitchey.toml: [migrations] table = "…".',
                permanent=True,
            )
        return bool(found)

    async def read(self, connection: Connection) -> tuple[Applied, ...]:
        """Every row, oldest first; none where the table is not there yet."""
        if not await self.exists(connection):
            return ()
        rows = await _rows(
            connection,
            f"select {', '.join(_COLUMNS)} from {self.table} "  # noqa: S608 checked names
            "order by began_at, name",
        )
        return tuple(Applied(*(row[name] for name in _COLUMNS)) for row in rows)

    async def make(self, connection: Connection) -> None:
        """Raises Refused where the user may not make it."""
        import psycopg

        if await self.exists(connection):
            return
        try:
            await connection.execute(_MAKE.format(table=self.table).encode())
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(
                f"The bot's database user may not make the table {self.table}.",
                "Use the owner of the tables in DATABASE_URL, or let the owner run: "
                "`GRANT CREATE ON SCHEMA public TO …`.",
            ) from error

    async def begin(
        self, connection: Connection, file: MigrationFile, person: str, operation: str
    ) -> int:
        """Note that a file runs; answers how many of its statements had run before."""
        rows = await _rows(
            connection,
            f"insert into {self.table} (name, checksum, statements, done, began_at, person, "  # noqa: S608
            "operation) values (%s, %s, %s, 0, clock_timestamp(), %s, %s) "
            "on conflict (name) do update set operation = excluded.operation, "
            "checksum = excluded.checksum, statements = excluded.statements returning done",
            (file.name, file.checksum, len(file.statements), person, operation),
        )
        return int(rows[0]["done"])

    async def note(self, connection: Connection, name: str, done: int) -> None:
        """So many statements of it have run."""
        await connection.execute(
            f"update {self.table} set done = %s where name = %s".encode(),  # noqa: S608
            (done, name),
        )

    async def finish(self, connection: Connection, name: str, done: int, seconds: float) -> None:
        await connection.execute(
            f"update {self.table} set done = %s, seconds = %s, "  # noqa: S608
            "finished_at = clock_timestamp() where name = %s".encode(),
            (done, seconds, name),
        )


def newest(rows: tuple[Applied, ...]) -> datetime | None:
    return max((row.finished_at for row in rows if row.finished_at), default=None)


async def _rows(
    connection: Connection, sql: str, parameters: tuple[object, ...] = ()
) -> list[dict[str, Any]]:
    cursor = await connection.execute(sql.encode(), parameters or None)
    return await cursor.fetchall()
