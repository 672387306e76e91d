"""Deployments as they ended, whoever made them: what delivery figures are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.connection import Connection
from bot.store.operation_rows import at as instant
from bot.store.operation_rows import milliseconds, moment


@dataclass(frozen=True, slots=True)
class FinishedDeployment:
    """`outcome` is succeeded, failed or rolled back; `built_at` None where it is not known. UTC."""

    environment: str
    version: str
    at: datetime
    previous: str
    outcome: str
    person_name: str
    built_at: datetime | None = None


class FinishedDeployments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, deployment: FinishedDeployment) -> None:
        """The same one again changes nothing but a time of upload that was not known."""
        built = None if deployment.built_at is None else milliseconds(deployment.built_at)
        with self._connection.write() as sqlite:
            sqlite.execute(
                "INSERT INTO finished_deployments (environment, version, at, previous, outcome, "
                "person_name, built_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (environment, version, at) DO UPDATE SET "
                "built_at = coalesce(finished_deployments.built_at, excluded.built_at)",
                (
                    deployment.environment, deployment.version, milliseconds(deployment.at),
                    deployment.previous, deployment.outcome, deployment.person_name, built,
                ),
            )  # fmt: skip

    def between(
        self, environment: str, since: datetime, until: datetime
    ) -> tuple[FinishedDeployment, ...]:
        """Those that ended in [since, until), oldest first."""
        with self._connection.read() as sqlite:
            rows = sqlite.execute(
                "SELECT environment, version, at, previous, outcome, person_name, built_at "
                "FROM finished_deployments WHERE environment = ? AND at >= ? AND at < ? "
                "ORDER BY at, version",
                (environment, milliseconds(since), milliseconds(until)),
            ).fetchall()
        return tuple(
            FinishedDeployment(
                row[0], row[1], instant(row[2]), row[3], row[4], row[5], moment(row[6])
            )
            for row in rows
        )

    def began(self, environment: str) -> datetime | None:
        """The first one known; None where there is none."""
        with self._connection.read() as sqlite:
            row = sqlite.execute(
                "SELECT min(at) FROM finished_deployments WHERE environment = ?", (environment,)
            ).fetchone()
        return moment(row[0])
