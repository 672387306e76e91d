"""What the repositories about the platform do: deployments, containment, care of the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.store import FinishedDeployment, MigrationTest, Store
from bot.store.containment import BlockRule
from bot.store.database_archives import ArchiveRecord, ArchiveState
from bot.store.deploys_rows import DeployOutcome
from bot.store.maintenance_records import MaintenanceRecord
from bot.store.secret_rotations import Rotation
from bot.store.security_findings import Finding
from tests.bench.store_operations import DAY, MINUTE, SOMEBODY, Operations
from tests.deploys.test_store import RUN
from tests.incidents.acts import NOW

_LATER = NOW + timedelta(hours=1)
_FINDINGS = [
    Finding("headers", "https://site", f"header-{number}", "Missing", "warning", "-", "Set it.")
    for number in range(20)
]


def platform(store: Store) -> Operations:
    """By the repository's name in `Store`; what they read is there already."""
    return {**_deployments(store), **_guarding(store), **_database(store)}


def _deployments(store: Store) -> Operations:
    def deployed(n: int) -> None:
        started, _ = store.deploys.start(replace(RUN, operation=f"OP-D{n}", environment=f"e{n}"))
        store.deploys.end(started.id, DeployOutcome.SUCCEEDED, "", NOW)

    def finished(n: int) -> None:
        at = NOW + n * MINUTE
        store.finished_deployments.add(
            FinishedDeployment("production", f"v{n}", at, "v0", "succeeded", "ana", at)
        )

    def rotated(n: int) -> None:
        rotation = Rotation("JWT_SECRET", NOW + n * MINUTE, "ana", generated=True)
        store.secret_rotations.add("worker", rotation, f"OP-S{n}")

    return {
        "deploys": {
            "start, end": deployed,
            "newest 20": lambda _: store.deploys.newest(20),
        },
        "finished_deployments": {
            "add": finished,
            "of an hour": lambda _: store.finished_deployments.between("production", NOW, _LATER),
        },
        "secret_rotations": {
            "add": rotated,
            "newest": lambda _: store.secret_rotations.newest("worker"),
        },
        "dashboards": {
            "begin": lambda n: store.dashboards.begin(f"C{n}", "production", SOMEBODY, NOW, None),
            "last of a channel": lambda _: store.dashboards.last("C1"),
        },
    }


def _guarding(store: Store) -> Operations:
    def blocked(n: int) -> None:
        value = f"203.0.113.{n}"
        made = store.containment.begin_block(
            "address", value, (BlockRule("ip", value),), "odd", SOMEBODY, f"OP-B{n}", NOW, _LATER
        )
        store.containment.end_block(made.number, NOW, "ana")

    def maintained(n: int) -> None:
        begun = store.maintenance.begin(
            f"e{n}", version="page", before=(("v1", 100.0),), message="back soon",
            person=SOMEBODY, incident="", began_at=NOW, ends_at=_LATER,
        )  # fmt: skip
        assert begun is not None
        store.maintenance.end(begun.id, "ana", NOW)

    def watched(n: int) -> None:
        begun = store.recovery_watches.begin(
            f"e{n}", cause="outage", incident="", channel="C1", thread_ts="", person=SOMEBODY,
            began_at=NOW, until=_LATER,
        )  # fmt: skip
        store.recovery_watches.end(begun.id, "well", NOW)

    return {
        "containment": {
            "begin, end a block": blocked,
            "blocks": lambda _: store.containment.blocks(),
        },
        "security_findings": {
            "record 20": lambda n: store.security_findings.record(
                _FINDINGS, ("headers",), (), NOW + n * MINUTE
            ),
            "open ones": lambda _: store.security_findings.open(),
        },
        "maintenance": {
            "begin, end": maintained,
            "open ones": lambda _: store.maintenance.open(),
        },
        "recovery_watches": {
            "begin, end": watched,
            "open ones": lambda _: store.recovery_watches.open(),
        },
    }


def _database(store: Store) -> Operations:
    def archived(n: int) -> None:
        name = f"ARC-{n}"
        store.database_archives.begin(
            ArchiveRecord(
                name, f"OP-A{n}", f"table_{n}", "created_at", "2026-01-01", ArchiveState.COPYING,
                NOW, None, "bucket", "archive/", 0, 0, 0, 0, None, "ana", "",
            )
        )  # fmt: skip
        store.database_archives.move(name, ArchiveState.FINISHED, NOW)

    def tested(n: int) -> None:
        test = MigrationTest(f"print-{n}", True, NOW, f"OP-M{n}", "ana", 1.0, "passed")
        store.migration_tests.add("production", test)

    return {
        "maintenance_records": {
            "add": lambda n: store.maintenance_records.add(
                MaintenanceRecord(NOW, f"OP-{n}", "vacuum", "public.users", 1.5)
            ),
            "between": lambda _: store.maintenance_records.between(NOW - DAY, NOW),
        },
        "database_archives": {
            "begin, finish": archived,
            "newest 20": lambda _: store.database_archives.newest(20),
        },
        "migration_tests": {
            "add": tested,
            "newest": lambda n: store.migration_tests.newest("production", f"print-{n}"),
        },
    }
