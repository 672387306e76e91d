"""How the bot itself is: its line to Slack, its store, its schedules, what waits to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import OpsError
from bot.jobs import Job, due_before
from bot.lifetime import bot_version

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import ScheduleRecord

SOCKET = "socket"
# Slack is pinged each ten seconds; three pongs that are missing are no accident.
SILENT = timedelta(seconds=45)
LATE = timedelta(minutes=2)  # jobs at set hours are looked at each 30 s
OFTEN = timedelta(minutes=1)
OLD = timedelta(minutes=10)  # an undelivered message older than this is worth a word
STARTING = timedelta(seconds=45)  # so long a new process is not blamed for what it found
Contact = Callable[[], datetime | None]


@dataclass(frozen=True, slots=True)
class Vitals:
    """At one moment. `contact` is how long ago Slack was last heard of: in Socket Mode by its
    answers to pings, over HTTP by what people did, which may be nothing for a night.

    `late` is how long the latest schedule, `late_job`, has been due. Ages are None where nothing
    is known, or nothing waits. `leaving`: it is being stopped, and takes nothing new.
    """

    version: str
    transport: str
    uptime: timedelta
    contact: timedelta | None
    store_problem: str
    store_bytes: int
    late: timedelta
    late_job: str
    waiting: int
    failed: int
    oldest: timedelta | None
    leaving: bool = False

    @property
    def fit(self) -> bool:
        """Whether a load balancer should send anything here."""
        return not self.problems and not self.leaving

    @property
    def slack(self) -> str:
        """`ok`, `silent`, or `unknown` where silence says nothing."""
        if self.transport != SOCKET:
            return "unknown" if self.contact is None or self.contact > SILENT else "ok"
        if self.contact is None:
            return "ok" if self.uptime < STARTING else "silent"
        return "ok" if self.contact <= SILENT else "silent"

    @property
    def problems(self) -> tuple[str, ...]:
        """What makes the bot unfit, in words; empty where it is well."""
        found = []
        if self.store_problem:
            found.append(f"store: {self.store_problem}")
        if self.slack == "silent":
            heard = "never" if self.contact is None else f"{self.contact.total_seconds():.0f} s ago"
            found.append(f"slack: last heard of {heard}")
        if self.late > LATE and self.uptime > STARTING:
            found.append(f"scheduler: {self.late_job} is {self.late.total_seconds():.0f} s late")
        return tuple(found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a restart would not mend, and people should know."""
        found = []
        if self.oldest is not None and self.oldest > OLD:
            found.append(f"outbox: a message waits for {self.oldest.total_seconds():.0f} s")
        if self.failed:
            found.append(f"outbox: {self.failed} messages were refused")
        return tuple(found)

    def told(self) -> dict[str, Any]:
        """For `/healthz`."""
        status = "failing" if self.problems else ("degraded" if self.warnings else "ok")
        if self.leaving:
            status = "draining"
        return {
            "status": status,
            "problems": list(self.problems),
            "warnings": list(self.warnings),
            "store": self.store_problem or "ok",
            "slack": {
                "status": self.slack,
                "transport": self.transport,
                "contact_seconds": _seconds(self.contact),
            },
            "scheduler": {"late_seconds": _seconds(self.late), "job": self.late_job},
            "outbox": {
                "waiting": self.waiting,
                "failed": self.failed,
                "oldest_seconds": _seconds(self.oldest),
            },
            "uptime_seconds": _seconds(self.uptime),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """Reads them of this process. `transport` is socket or http."""

    runtime: Runtime
    jobs: Sequence[Job]
    transport: str
    contact: Contact

    def read(self) -> Vitals:
        """Raises nothing: a store that cannot be read is one of the answers."""
        runtime, now = self.runtime, self.runtime.now()
        heard = self.contact_at()
        uptime = now - runtime.started_at
        problem = runtime.store.problem()
        late, job, waiting, failed, oldest = timedelta(), "", 0, 0, None
        try:
            late, job = self.lateness(now)
            counts = runtime.store.outbox.counts()
            waiting, failed = counts.waiting, counts.failed
            oldest = max(timedelta(), now - counts.oldest) if counts.oldest else None
        except OpsError as error:
            problem = problem or error.message
        return Vitals(
            version=bot_version(),
            transport=self.transport,
            uptime=max(timedelta(), uptime),
            contact=None if heard is None else max(timedelta(), now - heard),
            store_problem=problem,
            store_bytes=_size(runtime),
            late=late,
            late_job=job,
            waiting=waiting,
            failed=failed,
            oldest=oldest,
            leaving=runtime.leaving,
        )

    def contact_at(self) -> datetime | None:
        try:
            return self.contact()
        except OpsError:
            return None

    def lateness(self, now: datetime) -> tuple[timedelta, str]:
        """How long the latest schedule has been due, counted from our start at the earliest.

        Raises OpsError where the store cannot be read.
        """
        runtime = self.runtime
        worst, name = timedelta(), ""
        for job in self.jobs:
            known = runtime.store.schedules.find(job.name)
            when = job.when(runtime.settings)
            if known is None or when is None or known.paused(now):
                continue
            if isinstance(when, timedelta) and when > OFTEN:
                continue  # looked at once in its interval, so it may be that late and be well
            late = overdue(job, when, known, runtime.settings.team.timezone, now)
            late = min(late, now - runtime.started_at)
            if late > worst:
                worst, name = late, job.name
        return worst, name


def overdue(
    job: Job, when: str | timedelta, known: ScheduleRecord, zone: str, now: datetime
) -> timedelta:
    """How long a job should have run; of one that runs, how long beyond its deadline. Pure."""
    running = known.started_at is not None and known.finished_at is None
    if running and known.started_at is not None:
        return max(timedelta(), now - known.started_at - timedelta(seconds=job.deadline))
    since = known.due or known.since
    if isinstance(when, timedelta):
        # From the first time that was missed, which newer ones hide; it is looked at in between.
        return max(timedelta(), now - since - 2 * when)
    found = due_before(when, zone, max(since, now - job.catch_up), now)
    return timedelta() if found is None else now - found


def _size(runtime: Runtime) -> int:
    """Bytes of the store; 0 where it does not answer."""
    try:
        return runtime.store.size()
    except OpsError:
        return 0


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 1)
