"""The platform's database: whether it answers, and what its user may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.errors import OpsError
from bot.settings import Settings

DATABASE, MONITORING, STATEMENTS = "Database", "Database permissions", "Query statistics"
MAINTENANCE, SESSIONS = "Database maintenance", "Ending database sessions"
_QUESTION = """
select 1 as answer,
  current_setting('server_version') as version,
  pg_has_role(current_user, 'pg_monitor', 'member') as monitors,
  exists (select from pg_extension where extname = 'pg_stat_statements') as statements,
  pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
    or (select rolsuper from pg_roles where rolname = current_user) as signals,
  current_setting('server_version_num')::int as version_number,
  t.tables, t.maintained
from (
  select count(*) as tables, count(*) filter (where pg_has_role(current_user, c.relowner, 'USAGE')
    or case when current_setting('server_version_num')::int >= 170000
      then has_table_privilege(c.oid, 'MAINTAIN') else false end) as maintained
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
) t
"""


async def database(settings: Settings, clients: Clients) -> Sequence[Item]:
    if not clients.database.configured:
        remedy = "Set DATABASE_URL to check and maintain the platform's database."
        return [skipped(DATABASE, "DATABASE_URL is not set.", remedy)]
    try:
        rows = await clients.database.query(_QUESTION, deadline=settings.checks.database)
    except OpsError as error:
        line = "Cannot be read without the database."
        return [
            failed(DATABASE, error.message, error.hint or "Check DATABASE_URL."),
            skipped(MONITORING, line),
            skipped(STATEMENTS, line),
            skipped(MAINTENANCE, line),
            skipped(SESSIONS, line),
        ]
    row = rows[0]
    return [
        good(DATABASE, f"Answers: PostgreSQL {row['version']}."),
        good(MONITORING, "Its user is a member of pg_monitor.")
        if row["monitors"]
        else warning(
            MONITORING,
            "Its user is no member of pg_monitor, so other users' queries stay hidden.",
            "As the owner: GRANT pg_monitor TO the bot's database user.",
        ),
        good(STATEMENTS, "pg_stat_statements is installed.")
        if row["statements"]
        else warning(
            STATEMENTS,
            "pg_stat_statements is not installed, so slow queries cannot be listed.",
            "As the owner: CREATE EXTENSION pg_stat_statements.",
        ),
        *_acting(row),
    ]


def _acting(row: dict[str, Any]) -> list[Item]:
    """Whether its user may do what mends the database."""
    missing = row["tables"] - row["maintained"]
    grant = (
        "GRANT pg_maintain TO the bot's database user"
        if row["version_number"] >= 170_000
        else "grant the bot's database user the role that owns the tables"
    )
    return [
        good(MAINTENANCE, f"Its user may maintain all {row['tables']:,} tables.")
        if not missing
        else warning(
            MAINTENANCE,
            f"Its user may not vacuum and reindex {missing:,} of {row['tables']:,} tables.",
            f"As the owner: {grant}.",
        ),
        good(SESSIONS, "Its user may end other users' sessions.")
        if row["signals"]
        else warning(
            SESSIONS,
            "Its user may end its own role's sessions only.",
            "As the owner: GRANT pg_signal_backend TO the bot's database user.",
        ),
    ]
