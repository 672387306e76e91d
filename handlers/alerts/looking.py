"""One look at every rule: what fires, what is over, and which metric fell silent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.events import AlertChanged
from bot.metric_entries import ENTRIES
from bot.settings.alerts import Rule
from bot.store import Condition, Problem, Raised
from bot.store.alerts_rows import RULE
from handlers.alerts import evaluation
from handlers.alerts.evaluation import FIRE, KEEP, OK, RESOLVE, Verdict, judge
from handlers.alerts.measuring import Measuring
from handlers.alerts.telling import tell
from handlers.alerts.wording import minutes, summary

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings
    from bot.store import Alert

NO_DATA = "NO_DATA"
Key = tuple[str, str]


@dataclass(slots=True)
class Look:
    """What a look found: how many rules, what fired, what is over and why, what is measured."""

    rules: int = 0
    fired: list[Problem] = field(default_factory=list)
    resolved: dict[str, str] = field(default_factory=dict)
    kept: list[tuple[Problem, bool]] = field(default_factory=list)
    conditions: dict[Key, Condition] = field(default_factory=dict)
    gone: list[Key] = field(default_factory=list)


async def look(runtime: Runtime, _due: datetime) -> str:
    """Evaluate every rule, store what changed, and tell the other features."""
    now = runtime.now()
    found = await asyncio.to_thread(evaluate, runtime, now)
    changed = await asyncio.to_thread(keep, runtime, found, now)
    for alert in changed:
        runtime.publish(event(alert, now))
    await tell(runtime)
    return (
        f"{found.rules} rules evaluated: {len(found.fired)} fired, {len(found.resolved)} resolved."
    )


def evaluate(runtime: Runtime, now: datetime) -> Look:
    """Judge every rule in each of its environments. Reads the store, writes nothing."""
    settings, found = runtime.settings, Look()
    known = runtime.store.alert_rules.conditions()
    measuring = Measuring(runtime.store, now, settings.alerts.slo_target)
    seen: set[Key] = set()
    for rule in settings.alerts.active_rules:
        for environment in environments(settings, rule):
            key = (rule.name, environment)
            seen.add(key)
            found.rules += 1
            before = known.get(key, Condition())
            measured = measuring.measure(rule, environment)
            verdict = judge(rule, before, measured, now, settings.alerts)
            problem = problem_of(settings, rule, environment, summary(rule, measured))
            _note(found, key, before, verdict, problem, measured.known)
    _look_for_silent(settings, measuring, known, seen, found, runtime.started_at)
    for key in known.keys() - seen:
        if evaluation.dropped(known[key]).act == RESOLVE:
            found.resolved[":".join(key)] = "its rule is no more"
        found.gone.append(key)
    return found


def keep(runtime: Runtime, found: Look, now: datetime) -> list[Alert]:
    """Store what a look found; the alerts whose state changed.

    Alerts first, conditions last: cut off in between, the next look comes to the same end.
    """
    alerts, settings = runtime.store.alerts, runtime.settings.alerts
    opened = alerts.opened_by(RULE)
    lost = [problem for problem, _ in found.kept if problem.key not in opened]
    raised = alerts.raise_all(
        [problem for problem in (*found.fired, *lost) if problem.key not in opened],
        now,
        again_within=timedelta(minutes=settings.repeat_minutes),
    )
    changed = [name for name, outcome in raised if outcome is not Raised.REPEATED]
    for problem, known in found.kept:
        alert = opened.get(problem.key)
        if alert is None or not known:
            continue
        if (alert.problem.summary, alert.problem.flapping) != (problem.summary, problem.flapping):
            alerts.measured(alert.number, problem.summary, flapping=problem.flapping, now=now)
    for name, why in found.resolved.items():
        alert = opened.get(name)
        if alert is not None and alerts.resolve(alert.number, now, why):
            changed.append(alert.id)
    runtime.store.alert_rules.remember(found.conditions, now)
    runtime.store.alert_rules.forget(found.gone)
    return [alert for name in changed if (alert := alerts.find(name)) is not None]


def environments(settings: Settings, rule: Rule) -> tuple[str, ...]:
    """Where a rule holds: every environment unless it names some."""
    return rule.environments or tuple(settings.environments)


def problem_of(settings: Settings, rule: Rule, environment: str, words: str) -> Problem:
    """What the alert of a rule is raised for."""
    channel = rule.channel or ""
    return Problem(
        source=RULE,
        key=f"{rule.name}:{environment}",
        title=f"{rule.words} on {environment}",
        severity=rule.severity,
        summary=words,
        rule=rule.name,
        environment=environment,
        metric=rule.metric,
        channel="" if channel == settings.slack.alerts_channel else channel,
        owner=rule.owner or "",
        playbook=rule.playbook,
        escalates=rule.escalate and rule.severity != "info",
    )


def event(alert: Alert, now: datetime) -> AlertChanged:
    problem = alert.problem
    title = f"TEST: {problem.title}" if alert.is_test else problem.title
    return AlertChanged(
        now, alert.id, problem.rule, title, problem.severity, alert.state.value,
        problem.environment, problem.summary,
    )  # fmt: skip


def _note(
    found: Look, key: Key, before: Condition, verdict: Verdict, problem: Problem, known: bool
) -> None:

    if verdict.flapping:
        problem = replace(problem, flapping=True)
    if verdict.act == FIRE:
        found.fired.append(problem)
    elif verdict.act == RESOLVE:
        found.resolved[problem.key] = f"measured to be good again: {problem.summary}"
    elif verdict.act == KEEP:
        found.kept.append((problem, known))
    if verdict.condition != before:
        found.conditions[key] = verdict.condition


def _look_for_silent(
    settings: Settings,
    measuring: Measuring,
    known: dict[Key, Condition],
    seen: set[Key],
    found: Look,
    started_at: datetime,
) -> None:
    """A metric without samples is an alert of its own, once for all of its rules."""
    watched: dict[Key, list[Rule]] = {}
    for rule in settings.alerts.active_rules:
        if rule.no_data_minutes:
            for environment in environments(settings, rule):
                watched.setdefault((environment, rule.metric), []).append(rule)
    for (environment, metric), rules in watched.items():
        rule = min(rules, key=lambda each: each.no_data_minutes)
        key = (f"{NO_DATA}:{metric}", environment)
        seen.add(key)
        before = known.get(key, Condition())
        after = timedelta(minutes=rule.no_data_minutes)
        since = measuring.silent_since(environment, metric, after)
        # After a downtime of the bot's own the sources get their time to report first.
        quiet = since is not None and measuring.now - max(since, started_at) >= after
        if not quiet and not before.open:
            continue
        words = (
            f"No sample of {metric} for {minutes(rule.no_data_minutes)} or more: its rules "
            f"({', '.join(sorted(each.name for each in rules))}) see nothing."
        )
        problem = Problem(
            source=RULE, key=":".join(key), title=f"No data of {_named(metric)} on {environment}",
            severity="warning", summary=words, rule=NO_DATA, environment=environment,
            metric=metric, channel=problem_of(settings, rule, environment, "").channel,
            owner=rule.owner or "",
        )  # fmt: skip
        if quiet:
            condition = Condition("firing", before.since or measuring.now, True)
            verdict = Verdict(condition, KEEP if before.open else FIRE)
        elif since is not None:
            continue
        else:
            verdict = Verdict(Condition(OK, measuring.now), RESOLVE)
        _note(found, key, before, verdict, problem, True)
        if verdict.act == RESOLVE:
            again = measuring.sampled_within(environment, metric, after)
            found.resolved[problem.key] = (
                f"samples of {metric} come again"
                if again
                else f"{metric} is not sampled any more, and its rules are blind"
            )


def _named(metric: str) -> str:
    """As people call it: `Cache hit rate`, not `cache_hit_rate`."""
    known = ENTRIES.get(metric)
    return known.title if known else metric
