"""The rules behind recommendations, the most pressing first. Pure.

Each answers what to do, the evidence, and the commands that begin it, in the order of preference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.phrases import plural, span
from handlers.reports.evidence import Evidence
from handlers.reports.result import Figure, Standing
from handlers.reports.wording import amount, limit

_DAYS_OF_CERTIFICATE, _HOURS_OF_BACKUP, _DISK_FULL = 21.0, 26.0, 80.0
_HIT_RATE = 70.0
_SLOWER = 1.25  # times the period before
_LOUD = 5  # firings of one rule
_LONG_GAP = timedelta(hours=1)
_SOON = timedelta(days=90)

Offer = tuple[str, str]  # the button's label, the command line


Rule = Callable[[Evidence], tuple[str, str, Sequence[Offer]] | None]


def _past(evidence: Evidence, name: str) -> Figure | None:
    """The figure where it is off target or worse."""
    figure = evidence.figures.get(name)
    if figure and figure.standing in (Standing.ALERT, Standing.OFF_TARGET):
        return figure
    return None


def _backup(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("backup_age_hours")
    if figure is None or figure.value is None or figure.value <= _HOURS_OF_BACKUP:
        return None
    return (
        "Make sure that backups run every day",
        f"the newest backup was up to {figure.value:.0f} hours old (limit {_HOURS_OF_BACKUP:.0f})",
        (("Back up now", "backup now"), ("Check backups", "health backup")),
    )


def _certificate(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("certificate_days")
    if figure is None or figure.value is None or figure.value >= _DAYS_OF_CERTIFICATE:
        return None
    return (
        "Renew the certificate",
        f"it ends in {figure.value:.0f} days",
        (("Check the certificate", "health certificate"),),
    )


def _uptime(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = _past(evidence, "uptime")
    if figure is None:
        return None
    worst = max(evidence.incidents, key=lambda each: each.open_for, default=None)
    because = f"; most of it may be {worst.id}, {span(worst.open_for)}" if worst else ""
    return (
        "Find out what took the platform down, and spend no more of the error budget",
        f"uptime was {amount(figure.value, figure.unit)} ({limit(figure)}){because}",
        (("Show the error budget", "slo 30d"),),
    )


def _connections(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = _past(evidence, "database_connections")
    if figure is None:
        return None
    return (
        "Raise the connection pool or add a read replica",
        f"connections peaked at {amount(figure.value, figure.unit)} ({limit(figure)})",
        (("Look at scaling", "scale"), ("Look at the connections", "db connections")),
    )


def _errors(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = _past(evidence, "error_rate")
    if figure is None:
        return None
    return (
        "Look into the errors that users got",
        f"{amount(figure.value, figure.unit)} of all answers failed ({limit(figure)})",
        (("Show errors by kind", "logs 7d"), ("Show errors by kind", "logs")),
    )


def _slow(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("response_p95")
    if figure is None or figure.value is None:
        return None
    slower = figure.before is not None and figure.value > _SLOWER * figure.before
    if not slower and _past(evidence, "response_p95") is None:
        return None
    before = (
        f", {amount(figure.before, figure.unit)} the {evidence.noun} before"
        if figure.before is not None
        else ""
    )
    return (
        "Find what made answers slower",
        f"95 of 100 answers took up to {amount(figure.value, figure.unit)} "
        f"({limit(figure)}{before})",
        (("Diagnose slowness", "diagnose slow"), ("Show slow queries", "db slow")),
    )


def _busy(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    found = [figure for name in ("cpu", "memory") if (figure := _past(evidence, name))]
    if not found:
        return None
    told = " and ".join(
        f"{each.title.split(',')[0]} {amount(each.value, each.unit)} ({limit(each)})"
        for each in found
    )
    first = found[0].name
    return (
        "Make room before it becomes slow",
        told,
        (("Look at scaling", "scale"), ("Show its course", f"metrics 30d {first}")),
    )


def _size(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("database_size")
    if not evidence.size_limit or figure is None or figure.value is None:
        return None
    share = 100.0 * figure.value / evidence.size_limit
    if share < 75.0:
        return None
    return (
        "Archive old rows or raise the plan before the database is full",
        f"it is {share:.0f} % full ({amount(figure.value, 'bytes')} of "
        f"{amount(evidence.size_limit, 'bytes')})",
        (("Archive old rows", "db archive"), ("Show the largest tables", "db size")),
    )


def _disk(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("disk")
    if figure is None or figure.value is None or figure.value < _DISK_FULL:
        return None
    return (
        "Free space on the bot's machine",
        f"its disk was {figure.value:.0f} % full (limit {_DISK_FULL:.0f} %)",
        (("Show its course", "metrics 30d disk"),),
    )


def _deploys(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    found = evidence.deployments
    bad = found.failed + found.rolled_back
    if bad < 2 and not (bad and found.total <= 2 * bad):
        return None
    return (
        "Test deployments more before they go live",
        f"{bad} of {plural(found.total, 'deployment')} failed or were rolled back",
        (("Show deployments", "deployments"), ("Show operations", "operations")),
    )


def _lessons(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    severe = [each for each in evidence.incidents if each.severity in ("SEV1", "SEV2")]
    over = [each for each in severe if each.ended and not each.carried]
    if not over:
        return None
    named = ", ".join(each.id for each in over[:3])
    return (
        "Learn from the incidents while they are remembered",
        f"{named} {'was' if len(over) == 1 else 'were'} severe",
        ((f"Lessons of {over[0].id}", f"incident report {over[0].id}"),),
    )


def _actions(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    late = [each for each in evidence.planned if each.late and each.kind == "action"]
    if not late:
        return None
    return (
        "Do or drop the overdue action items",
        f"{plural(len(late), 'action item')} of earlier incidents "
        f"{'is' if len(late) == 1 else 'are'} overdue",
        (("Show action items", "incident actions"),),
    )


def _loud(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    if not evidence.alerts:
        return None
    rule, count = evidence.alerts.most_common(1)[0]
    if count < _LOUD:
        return None
    return (
        f"Mend what sets off {rule}, or change its threshold",
        f"it fired {plural(count, 'time')}",
        (("Show the rules", "alerts rules"), ("Show alerts", "alerts")),
    )


def _cache(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    figure = evidence.figures.get("cache_hit_rate")
    if figure is None or figure.value is None or figure.value >= _HIT_RATE:
        return None
    return (
        "Keep more answers in the cache",
        f"only {figure.value:.0f} % of lookups hit (good is {_HIT_RATE:.0f} % and more)",
        (("Show the cache", "cache"), ("Show its course", "metrics 30d cache_hit_rate")),
    )


def _ahead(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    found = [
        each for each in evidence.forecasts
        if each.reaches is not None and each.reaches - evidence.until < _SOON
    ]  # fmt: skip
    if not found:
        return None
    first = found[0]
    days = max(0, (first.reaches - evidence.until).days) if first.reaches else 0
    when = f"in about {plural(days, 'day')}" if days else "already"
    return (
        f"Plan more room: {first.title.lower()}",
        f"as it grows it reaches its limit of {amount(first.limit, first.unit)} {when}",
        (("Look at scaling", "scale"), ("Show its course", f"metrics 30d {first.name}")),
    )


def _reviews(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    if not evidence.overdue:
        return None
    worst = evidence.overdue[0]
    return (
        f"Review {worst.name}",
        f"its review is {plural(worst.late_days, 'day')} overdue"
        + (f", as are {len(evidence.overdue) - 1} more" if len(evidence.overdue) > 1 else ""),
        (("Show the playbooks", "playbook list"),),
    )


def _blind(evidence: Evidence) -> tuple[str, str, Sequence[Offer]] | None:
    missing = sum((each.length for each in evidence.gaps), timedelta())
    if missing < _LONG_GAP:
        return None
    return (
        "Keep the bot running: nobody watched meanwhile",
        f"nothing was measured for {span(missing)}",
        (("Show the bot's status", "status"),),
    )


RULES: tuple[tuple[str, Rule], ...] = (
    ("backup", _backup),
    ("certificate", _certificate),
    ("uptime", _uptime),
    ("errors", _errors),
    ("connections", _connections),
    ("slow", _slow),
    ("size", _size),
    ("ahead", _ahead),
    ("disk", _disk),
    ("busy", _busy),
    ("deployments", _deploys),
    ("lessons", _lessons),
    ("actions", _actions),
    ("alerts", _loud),
    ("cache", _cache),
    ("blind", _blind),
    ("reviews", _reviews),
)
