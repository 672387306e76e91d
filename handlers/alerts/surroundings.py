"""What the messages of alerts need from the house around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.oncall import unnamed
from bot.recent_deployments import rollback_line
from bot.store import Alert, Silence
from bot.symptoms import diagnosis_of, mending_of
from handlers.alerts.result import AlertCard, Surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from bot.command import Catalogue
    from bot.runtime import Runtime


def surroundings(
    runtime: Runtime, alert: Alert | None = None, others: tuple[Alert, ...] = ()
) -> Surroundings:
    """`others` are the alerts of a storm, where it is about one."""
    catalogue = runtime.catalogue
    metric, rule = (alert.problem.metric, alert.problem.rule) if alert is not None else ("", "")
    diagnose, mends = diagnosis_of(metric, rule), mending_of(metric)
    if _missing(catalogue, diagnose[1]):
        diagnose = ("Check health", "health")
    if mends is not None and _missing(catalogue, mends[1]):
        mends = None
    return Surroundings(
        runtime.settings.contacts.escalation,
        diagnose,
        any(form.name == "declare_incident" for form in catalogue.forms),
        catalogue.find("playbook start") is not None,
        _incident(runtime, (alert, *others) if alert is not None else others),
        _rollback(runtime, alert),
        mends,
        unnamed(runtime, runtime.now()),
    )


def _missing(catalogue: Catalogue, line: str) -> bool:
    """This bot was built without the command."""
    return catalogue.find(line) is None and catalogue.find(line.split(maxsplit=1)[0]) is None


def _rollback(runtime: Runtime, alert: Alert | None) -> str:
    if alert is None or alert.is_test or alert.state == "resolved":
        return ""
    return rollback_line(runtime, alert.problem.environment, alert.fired_at)


def _incident(runtime: Runtime, alerts: tuple[Alert, ...]) -> str:
    """The open incident that one of them is linked to; a private one is not told of."""
    for alert in alerts:
        for name in runtime.store.incident_work.linked_to("alert", alert.id):
            record = runtime.store.incidents.find(name)
            if record is not None and not (record.over or record.private):
                return record.id
    return ""


def silence_of(alert: Alert, silences: tuple[Silence, ...], now: datetime) -> Silence | None:
    """The silence that covers an alert now, the one that ends last. A test is never silenced."""
    if alert.is_test:
        return None
    covering = (
        each
        for each in silences
        if each.holds(now) and each.covers(alert.problem.rule, alert.problem.environment)
    )
    return max(covering, key=lambda each: each.ends_at, default=None)


def card(runtime: Runtime, alert: Alert, silences: tuple[Silence, ...]) -> AlertCard:
    now = runtime.now()
    return AlertCard(alert, now, surroundings(runtime, alert), silence_of(alert, silences, now))
