"""What a monthly review says beyond the figures: the guide's five points, from the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.blocks import clip
from bot.playbooks.checking import OUTDATED_DAYS
from bot.playbooks.library import delivered_folder, load
from bot.slo import Budget, allowed_downtime
from bot.store.incidents_rows import Kind
from bot.store.lessons_rows import ActionState
from handlers.reports.delivery import delivery
from handlers.reports.forecasting import forecasts
from handlers.reports.periods import Period
from handlers.reports.result import (
    Figure,
    Incident,
    Objective,
    Overdue,
    Planned,
    Review,
    Security,
    Work,
)

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store.incident_history import Past

_SECURITY = (Kind.SECURITY.value, Kind.DATA_BREACH.value)


def review(
    runtime: Runtime,
    period: Period,
    moment: datetime,
    past: Sequence[Past],
    uptime: tuple[Figure | None, timedelta],
    incidents: Sequence[Incident],
    work: Sequence[Work],
) -> Review:
    """`past` are the incidents of this period and the one before, `uptime` the figure and how much
    of the period was checked. Blocks; raises OpsError."""
    store, settings = runtime.store, runtime.settings
    environment, since, before = settings.default_environment, period.since, period.before
    playbooks, overdue = documents(runtime, moment)
    return Review(
        objective(runtime.settings.metrics["uptime"].target, *uptime, moment - since),
        security(runtime, since, moment, incidents, work),
        forecasts(store, settings, environment, moment),
        playbooks,
        overdue,
        _done(runtime, since, moment),
        delivery(
            (
                store.finished_deployments.between(environment, since, moment),
                _declared(past, since, moment), moment - since,
            ),
            (
                store.finished_deployments.between(environment, before, since),
                _declared(past, before, since), since - before,
            ),
            timedelta(minutes=settings.reports.change_failure_minutes),
            store.finished_deployments.began(environment),
        ),
    )  # fmt: skip


def objective(
    target: float, uptime: Figure | None, checked: timedelta, length: timedelta
) -> Objective:
    """The error budget of `length`, of which so much was checked. Pure."""
    allowed = allowed_downtime(target, length)
    if uptime is None or uptime.value is None:
        return Objective(target, allowed, None, None)
    # What was not checked neither spends the budget nor makes it smaller.
    budget = Budget(
        target, checked.total_seconds() * uptime.value / 100.0, checked.total_seconds(),
        length.total_seconds(),
    )  # fmt: skip
    return Objective(target, allowed, timedelta(seconds=budget.failed), budget.left)


def security(
    runtime: Runtime,
    since: datetime,
    until: datetime,
    incidents: Sequence[Incident],
    work: Sequence[Work],
) -> Security:
    """Incidents that are open to everybody, and what the audit log shows."""
    store = runtime.store
    verified = store.audit.verify()
    outcomes = store.audit.counted(since, until)
    known = {each.id for each in work}
    broken = {
        each.id for each in store.operations.begun_between(since, until)
        if each.glass and each.id in known
    }  # fmt: skip
    return Security(
        tuple(each for each in incidents if each.kind in _SECURITY),
        outcomes.get("refused", 0),
        tuple(each for each in work if each.id in broken),
        sum(
            each.at < until and each.outcome == "succeeded"
            for each in store.audit.entries(command="security audit", since=since, limit=500)
        ),
        sum(outcomes.values()),
        "" if verified.intact else verified.reason or "it is not as it was written",
    )


def documents(runtime: Runtime, moment: datetime) -> tuple[int, tuple[Overdue, ...]]:
    """How many playbooks there are, and what is past its review, the longest overdue first."""
    settings = runtime.settings
    today = moment.astimezone(ZoneInfo(settings.team.timezone)).date()
    folders = (delivered_folder(), *settings.playbooks.folders)
    # Read as of the last day there is: one reviewed after this period is no mistake.
    playbooks = load(folders, runtime.catalogue, date.max).playbooks
    found = [(f"Playbook: {each.title}", each.reviewed, OUTDATED_DAYS) for each in playbooks]
    found += [(each.name, each.reviewed, each.review_days) for each in settings.reports.documents]
    late = [_overdue(name, reviewed, days, today) for name, reviewed, days in found]
    overdue = [each for each in late if each.late_days > 0]
    return len(playbooks), tuple(sorted(overdue, key=lambda each: (-each.late_days, each.name)))


def _overdue(name: str, reviewed: date, days: int, today: date) -> Overdue:
    return Overdue(name, reviewed.isoformat(), (today - reviewed).days - days)


def _declared(past: Sequence[Past], since: datetime, until: datetime) -> list[Past]:
    return [each for each in past if since <= each[0].declared_at < until]


def _done(runtime: Runtime, since: datetime, until: datetime) -> tuple[Planned, ...]:
    """Action items that were done; those of private incidents are left out."""
    private = {each.number for each in runtime.store.incidents.private()}
    return tuple(
        Planned("action", f"{each.id} {clip(each.text, 160)}", each.ended_at, each.owner_name)
        for each in runtime.store.lesson_actions.ended_between(since, until)
        if each.state is ActionState.DONE and each.incident not in private
    )
