"""Several copies of the bot on one store: which process is which, and what it has in hand."""

from __future__ import annotations

from bot.store.migrations import foundation  # noqa: F401 runs and firings come before
from bot.store.migrations.library import Database
from bot.store.migrations.steps import migrations


@migrations()
def copies(database: Database) -> None:
    """`process` and `claimed_by` are names of `bot.store.presence`; empty where nobody said."""
    for statement in (
        "ALTER TABLE runs ADD COLUMN process TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN place TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN leaving_at INTEGER",
        "CREATE INDEX runs_open ON runs (id) WHERE ended_at IS NULL",
        "ALTER TABLE firings ADD COLUMN claimed_by TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX firings_unfinished ON firings (job) WHERE finished_at IS NULL",
    ):
        database.conn.execute(statement)
