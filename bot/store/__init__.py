"""What the bot remembers, in one SQLite file; the only place that knows SQL of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import OpsError
from bot.store.alert_rules import AlertRules, Condition, Silence
from bot.store.alert_storms import AlertStorms, OpenStorm, StormPart
from bot.store.alerts import Alerts
from bot.store.alerts_rows import Alert, HistoryEntry, Problem, Raised, Storm
from bot.store.alerts_telling import AlertTelling
from bot.store.audit import Audit, Verification
from bot.store.chain import AuditEntry
from bot.store.connection import TOUCH, Connection, NoConnection
from bot.store.containment import Containment
from bot.store.cursors import Cursors
from bot.store.dashboards import Dashboards
from bot.store.database_archives import DatabaseArchives
from bot.store.deliveries import Claim, Deliveries, UnfinishedDelivery
from bot.store.deploys import Deploys
from bot.store.emergencies import Emergencies
from bot.store.finished_deployments import FinishedDeployment, FinishedDeployments
from bot.store.firings import Firings
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
from bot.store.rehearsals import Rehearsals
from bot.store.report_posts import ReportPosts
from bot.store.reports import Reports
from bot.store.runs import Run, Runs
from bot.store.samples import Added, Samples
from bot.store.samples_buckets import Bucket, Sample
from bot.store.samples_gaps import SampleGaps
from bot.store.schedules import ScheduleRecord, Schedules
from bot.store.timeline import Timeline, TimelineEntry
from bot.store.webhooks import Webhooks

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
    presence: Presence
    _connection: Connection

    @classmethod
    def open(cls, path: Path, *, patience: float = PATIENCE_SECONDS) -> Store:
        """Open or create the file and bring it to this version's shape.

        `patience` is how many seconds a write waits for another process. Raises OpsError
        where the file cannot be used, is damaged, or comes from a newer version.
        """
        return cls._over(Connection(path, patience))

    @classmethod
    def unusable(cls, path: Path, reason: OpsError) -> Store:
        """A store that could not be opened: everything asked of it raises that reason."""
        return cls._over(NoConnection(path, reason))

    @classmethod
    def _over(cls, connection: Connection) -> Store:
        return cls(
            Deliveries(connection),
            Audit(connection),
            StoredMessages(connection),
            Firings(connection),
            Runs(connection),
            Operations(connection),
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
            Presence(connection.path),
            connection,
        )

    def problem(self) -> str:
        """Why nothing can be written right now; empty where it can."""
        try:
            with self._connection.write(durable=False) as sqlite:
                sqlite.execute(TOUCH)
            return ""
        except OpsError as error:
            return error.message

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
