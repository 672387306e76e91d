"""What the bot remembers, in a file or in PostgreSQL; the only place that knows SQL of ours."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.store.alert_rules import AlertRules, Condition, Silence
from bot.store.alert_storms import AlertStorms, OpenStorm, StormPart
from bot.store.alerts import Alerts
from bot.store.alerts_rows import Alert, HistoryEntry, Problem, Raised, Storm
from bot.store.alerts_telling import AlertTelling
from bot.store.audit import Audit, Verification
from bot.store.chain import AuditEntry
from bot.store.connection import Connection, NoConnection
from bot.store.containment import Containment
from bot.store.cursors import Cursors
from bot.store.dashboards import Dashboards
from bot.store.database_archives import DatabaseArchives
from bot.store.deliveries import Claim, Deliveries, UnfinishedDelivery
from bot.store.deploys import Deploys
from bot.store.emergencies import Emergencies
from bot.store.finished_deployments import FinishedDeployment, FinishedDeployments
from bot.store.firings import Firings
from bot.store.handed_over import HandedOver
from bot.store.incident_history import IncidentHistory
from bot.store.incidents import Incidents
from bot.store.incidents_work import IncidentWork
from bot.store.lessons import Lessons
from bot.store.lessons_actions import LessonActions
from bot.store.lessons_evidence import LessonEvidence
from bot.store.live_logs import KeptTail, LiveLog, LiveLogs
from bot.store.maintenance import MaintenanceRecord, Maintenances
from bot.store.maintenance_records import MaintenanceRecords
from bot.store.marks import Marks, StoredMark
from bot.store.migration_tests import MigrationTest, MigrationTests
from bot.store.oncall import OncallOverrides, Override
from bot.store.operations import Operations
from bot.store.outbox import StoredMessages
from bot.store.outbox_rows import OutboxCounts, OutboxMessage
from bot.store.playbook_clocks import PlaybookClocks
from bot.store.playbook_runs import PlaybookRuns
from bot.store.presence import Presence
from bot.store.recovery_watches import RecoveryWatch, RecoveryWatches
from bot.store.rehearsals import Rehearsals
from bot.store.report_posts import ReportPosts
from bot.store.reports import Reports
from bot.store.runs import Run, Runs
from bot.store.samples import Added, Samples
from bot.store.samples_buckets import Bucket, Sample
from bot.store.samples_gaps import SampleGaps
from bot.store.schedules import ScheduleRecord, Schedules
from bot.store.secret_rotations import SecretRotations
from bot.store.security_findings import SecurityFindings
from bot.store.sqlite_file import SqliteFile
from bot.store.timeline import Timeline, TimelineEntry
from bot.store.webhooks import Webhooks

if TYPE_CHECKING:
    from bot.store.postgresql import LeasedPresence

# Within the three seconds Slack gives an acknowledgement, with time to spare for the rest.
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Store:
    """One repository per kind of record, over one connection. Usable from several threads."""

    deliveries: Deliveries
    audit: Audit
    outbox: StoredMessages
    firings: Firings
    runs: Runs
    operations: Operations
    handed_over: HandedOver
    emergencies: Emergencies
    rehearsals: Rehearsals
    schedules: Schedules
    incidents: Incidents
    incident_work: IncidentWork
    timeline: Timeline
    cursors: Cursors
    samples: Samples
    marks: Marks
    oncall: OncallOverrides
    alerts: Alerts
    alert_rules: AlertRules
    alert_telling: AlertTelling
    alert_storms: AlertStorms
    playbook_runs: PlaybookRuns
    playbook_clocks: PlaybookClocks
    live_logs: LiveLogs
    containment: Containment
    dashboards: Dashboards
    webhooks: Webhooks
    lessons: Lessons
    lesson_actions: LessonActions
    lesson_evidence: LessonEvidence
    deploys: Deploys
    maintenance_records: MaintenanceRecords
    database_archives: DatabaseArchives
    sample_gaps: SampleGaps
    incident_history: IncidentHistory
    finished_deployments: FinishedDeployments
    reports: Reports
    report_posts: ReportPosts
    maintenance: Maintenances
    migration_tests: MigrationTests
    recovery_watches: RecoveryWatches
    secret_rotations: SecretRotations
    security_findings: SecurityFindings
    presence: Presence | LeasedPresence
    _connection: Connection

    @classmethod
    def open(
        cls, path: Path, url: str = "", *, password: str = "", patience: float = PATIENCE_SECONDS
    ) -> Store:
        """Open or create the store and bring it to this version's shape.

        It is the file, or with `url` a PostgreSQL database; then `path` says where this machine
        keeps what belongs to it, and `password` is taken where `url` has none.
        `patience` is how many seconds a write waits for another one.
        Raises OpsError where it cannot be used, is damaged, or comes from a newer version.
        """
        if url:
            from bot.store.postgresql import LeasedPresence, Postgresql

            with contextlib.suppress(OSError):  # a read-only disk keeps nothing of its own
                path.parent.mkdir(parents=True, exist_ok=True)
            shared = Postgresql(url, path, patience, password)
            return cls._over(shared, LeasedPresence(shared.leases))
        return cls._over(SqliteFile(path, patience), Presence(path))

    @classmethod
    def unusable(cls, path: Path, reason: OpsError) -> Store:
        """A store that could not be opened: everything asked of it raises that reason."""
        return cls._over(NoConnection(path, reason), Presence(path))

    @classmethod
    def _over(cls, connection: Connection, presence: Presence | LeasedPresence) -> Store:
        return cls(
            Deliveries(connection),
            Audit(connection),
            StoredMessages(connection),
            Firings(connection),
            Runs(connection),
            Operations(connection),
            HandedOver(connection),
            Emergencies(connection),
            Rehearsals(connection),
            Schedules(connection),
            Incidents(connection),
            IncidentWork(connection),
            Timeline(connection),
            Cursors(connection),
            Samples(connection),
            Marks(connection),
            OncallOverrides(connection),
            Alerts(connection),
            AlertRules(connection),
            AlertTelling(connection),
            AlertStorms(connection),
            PlaybookRuns(connection),
            PlaybookClocks(connection),
            LiveLogs(connection),
            Containment(connection),
            Dashboards(connection),
            Webhooks(connection),
            Lessons(connection),
            LessonActions(connection),
            LessonEvidence(connection),
            Deploys(connection),
            MaintenanceRecords(connection),
            DatabaseArchives(connection),
            SampleGaps(connection),
            IncidentHistory(connection),
            FinishedDeployments(connection),
            Reports(connection),
            ReportPosts(connection),
            Maintenances(connection),
            MigrationTests(connection),
            RecoveryWatches(connection),
            SecretRotations(connection),
            SecurityFindings(connection),
            presence,
            connection,
        )

    def problem(self) -> str:
        """Why nothing can be written right now; empty where it can."""
        found = self._connection.problem()
        return found.message if found else ""

    def size(self) -> int:
        """Bytes that the records take; raises OpsError."""
        return self._connection.size()

    def copy_to(self, target: Path) -> None:
        """A whole copy in another file, made while this one is used; raises OpsError."""
        self._connection.copy_to(target)

    def close(self) -> None:
        self.presence.close()
        self._connection.close()


__all__ = [
    "Added",
    "Alert",
    "AuditEntry",
    "Bucket",
    "Claim",
    "Condition",
    "FinishedDeployment",
    "HistoryEntry",
    "KeptTail",
    "LiveLog",
    "MaintenanceRecord",
    "MigrationTest",
    "OpenStorm",
    "OutboxCounts",
    "OutboxMessage",
    "Override",
    "Problem",
    "Raised",
    "RecoveryWatch",
    "Run",
    "Sample",
    "ScheduleRecord",
    "Silence",
    "Store",
    "StoredMark",
    "Storm",
    "StormPart",
    "TimelineEntry",
    "UnfinishedDelivery",
    "Verification",
]
