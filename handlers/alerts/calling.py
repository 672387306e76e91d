"""Calls people: up the ladder while nobody acknowledges, and again where it was forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import code, escape
from bot.escalation import Call, due, stopped
from bot.oncall import Callees, callees
from bot.store import Alert, Silence, Storm
from handlers.alerts.views_threads import call_text, reminder_text, woken_text

if TYPE_CHECKING:
    from bot.runtime import Runtime


def mute_until(
    silences: tuple[Silence, ...], rule: str, environment: str, now: datetime
) -> datetime | None:
    """Until when alerts of that rule are told to nobody; None where they are told."""
    ends = (each.ends_at for each in silences if each.holds(now) and each.covers(rule, environment))
    return max(ends, default=None)


def _muted(alert: Alert, silences: tuple[Silence, ...], now: datetime) -> bool:
    problem = alert.problem
    return not alert.is_test and bool(mute_until(silences, problem.rule, problem.environment, now))


async def call(runtime: Runtime, silences: tuple[Silence, ...], now: datetime) -> int:
    """Every call and reminder that is due; how many."""
    made = 0
    for alert in runtime.store.alert_telling.due_calls(now):
        if _muted(alert, silences, now):
            continue
        if alert.posted_at is not None or alert.storm is not None:
            made += await _call_for(runtime, alert, now)
    for storm in runtime.store.alert_storms.due_calls(now):
        if storm.told:
            made += await _call_for_storm(runtime, storm, silences, now)
    for alert in runtime.store.alert_telling.due_reminders(now):
        if not _muted(alert, silences, now):
            made += _remind(runtime, alert, now)
    return made


def wake(runtime: Runtime, now: datetime) -> int:
    """Snoozes that are over and whose alert is not."""
    over = runtime.store.alert_telling.snoozes_over(now)
    for alert in over:
        until = alert.snoozed_until or now
        _into_thread(runtime, alert, woken_text(alert), f"woke:{int(until.timestamp() * 1000)}")
        runtime.store.alert_telling.woke(alert.number, now)
    return len(over)


async def _call_for(runtime: Runtime, alert: Alert, now: datetime) -> int:
    made = due(runtime.settings.contacts.escalation, alert.climb, now)
    if made is None:
        return 0
    who = await _callees(runtime, made, now)
    if _better_elsewhere(runtime, who):
        return 0
    climb = made.climb
    if alert.is_test:
        # A test shows that the first level is reached; it wakes nobody else.
        climb = stopped(climb)
    text = call_text(made, who, alert.problem.owner, test=alert.is_test)
    _into_thread(runtime, alert, text, f"call:{made.number}:{_stamp(made)}")
    name = made.level.level if made.level else "nobody"
    if who is not None and not who.mentions:
        name += ", but nobody is named for it"
    runtime.store.alert_telling.called(alert, climb, now, name)
    return 1


async def _call_for_storm(
    runtime: Runtime, storm: Storm, silences: tuple[Silence, ...], now: datetime
) -> int:
    made = due(runtime.settings.contacts.escalation, storm.climb, now)
    if made is None:
        return 0
    waiting = runtime.store.alert_storms.waiting_in(storm.number)
    if not waiting:
        runtime.store.alert_storms.called(storm, stopped(storm.climb))
        return 0
    if all(mute_until(silences, rule, environment, now) for rule, environment in waiting):
        return 0
    who = await _callees(runtime, made, now)
    if _better_elsewhere(runtime, who):
        return 0
    key = f"alert-storm:{storm.number}"
    runtime.messages.post(
        storm.channel or runtime.settings.slack.alerts_channel,
        call_text(made, who, "", test=False),
        key=f"{key}:call:{made.number}:{_stamp(made)}",
        thread_of=key,
    )
    runtime.store.alert_storms.called(storm, made.climb)
    return 1


def _remind(runtime: Runtime, alert: Alert, now: datetime) -> int:
    text = reminder_text(alert, now)
    _into_thread(runtime, alert, text, f"remind:{alert.episode}:{alert.reminders + 1}")
    following = now + timedelta(minutes=runtime.settings.alerts.remind_minutes)
    runtime.store.alert_telling.reminded(alert, following, now, alert.acknowledger.name)
    return 1


async def _callees(runtime: Runtime, made: Call, now: datetime) -> Callees | None:
    return None if made.level is None else await callees(runtime, made.level.level, now)


def _better_elsewhere(runtime: Runtime, who: Callees | None) -> bool:
    """A terminal cannot tell who is in a user group: the process connected to Slack calls."""
    return runtime.directory is None and who is not None and bool(who.trouble)


def _into_thread(runtime: Runtime, alert: Alert, text: str, name: str) -> None:
    # An alert told in a storm has no message of its own: the storm's thread is its place.
    parent = f"alert:{alert.number}"
    if alert.posted_at is None and alert.storm is not None:
        parent = f"alert-storm:{alert.storm}"
        text = f"{text}\nIt is about {code(alert.id)} {escape(alert.problem.title)}."
    runtime.messages.post(
        alert.problem.channel or runtime.settings.slack.alerts_channel,
        text,
        key=f"alert:{alert.number}:{name}",
        thread_of=parent,
    )


def _stamp(made: Call) -> int:
    return int(made.due_at.timestamp() * 1000)
