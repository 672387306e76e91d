"""Tests of pending migrations: which files passed on a copy, when, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.operation_rows import at
from bot.store.outbox_rows import milliseconds


@dataclass(frozen=True, slots=True)
class MigrationTest:
    """`fingerprint` is of the pending files; `summary` is one line in words."""

    fingerprint: str
    passed: bool
    at: datetime
    operation: str
    person_name: str
    seconds: float
    summary: str


class MigrationTests:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, environment: str, test: MigrationTest) -> None:
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO migration_tests (fingerprint, environment, passed, at, operation, "
                "person_name, seconds, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    test.fingerprint, environment, test.passed, milliseconds(test.at),
                    test.operation, test.person_name, test.seconds, test.summary,
                ),
            )  # fmt: skip

    def newest(self, environment: str, fingerprint: str) -> MigrationTest | None:
        """The last test of exactly those files."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT fingerprint, passed, at, operation, person_name, seconds, summary "
                "FROM migration_tests WHERE environment = ? AND fingerprint = ? "
                "ORDER BY id DESC LIMIT 1",
                (environment, fingerprint),
            ).fetchone()
        if row is None:
            return None
        moment = at(row[2])
        return MigrationTest(row[0], bool(row[1]), moment, row[3], row[4], row[5], row[6])
