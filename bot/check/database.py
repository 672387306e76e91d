"""The platform's database: whether it answers, and what its user may see."""

from __future__ import annotations

from collections.abc import Sequence

from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.errors import OpsError
from bot.settings import Settings

DATABASE, MONITORING, STATEMENTS = "Database", "Database permissions", "Query statistics"
_QUESTION = """
select 1 as answer,
  current_setting('server_version') as version,
  pg_has_role(current_user, 'pg_monitor', 'member') as monitors,
  exists (select from pg_extension where extname = 'pg_stat_statements') as statements
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
    ]
