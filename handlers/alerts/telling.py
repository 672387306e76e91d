"""Brings the channel up to date with the store: each pass tells what was not told yet.

What is told is decided by the store alone, and posted under keys that name the revision. So a
pass cut off is done again to the same end, and two bots say nothing twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakSet

from bot.recent_deployments import SHORTLY
from bot.store import Alert, Silence
from bot.store.alerts_rows import number_of
from bot.store.alerts_telling import Fresh
from handlers.alerts.calling import call, mute_until, wake
from handlers.alerts.result import StormCard
from handlers.alerts.surroundings import card, surroundings
from handlers.alerts.views import alert_message
from handlers.alerts.views_storm import storm_message

if TYPE_CHECKING:
    from bot.events import AlertChanged, DeploymentFinished, Events, IncidentChanged
    from bot.runtime import Runtime

# A storm's message changes this often at most, however many alerts come.
STORM_PAUSE = timedelta(seconds=10)
# What comes within this time is told in one pass.
GATHER_SECONDS = 0.25
# A message that took longer to arrive says so.
LATE = timedelta(seconds=60)
TEST_LASTS = timedelta(minutes=30)
WORST_SHOWN = 10

_waiting: WeakSet[Events] = WeakSet()


async def on_change(runtime: Runtime, _event: AlertChanged) -> None:
    """Tell soon; a burst of changes is told in one pass."""
    if runtime.events in _waiting:
        return
    _waiting.add(runtime.events)
    runtime.background(_soon(runtime), "telling alerts")


async def on_incident(runtime: Runtime, event: IncidentChanged) -> None:
    """The messages of the alerts it is about name it, and offer no second one."""
    if event.change not in ("declared", "status", "linked", "closed"):
        return
    links = runtime.store.incident_work.links(event.incident, "alert")
    numbers = [number for each in links if (number := number_of(each.reference)) is not None]
    if numbers:
        runtime.store.alerts.touch(numbers)
        await tell(runtime)


async def on_deployment(runtime: Runtime, event: DeploymentFinished) -> None:
    """A deployment became known after the alert that may come of it: its message offers to go back.

    Marks are made by a listener before this one.
    """
    late = (
        each.number
        for each in runtime.store.alerts.open(storm=0)
        if each.fired_at >= event.at and each.fired_at - event.at <= SHORTLY
    )
    if numbers := list(late):
        runtime.store.alerts.touch(numbers)
        await tell(runtime)


async def tick(runtime: Runtime, _due: datetime) -> str:
    """Everything that depends on time alone: calls, reminders, snoozes, ends of silences."""
    told = await tell(runtime)
    return f"{told} messages about alerts."


async def tell(runtime: Runtime) -> int:
    """One pass; how many messages it handed to the outbox."""
    now = runtime.now()
    _end_tests(runtime, now)
    silences = runtime.store.alert_rules.silences(now)
    told = _tell_fresh(runtime, silences, now)
    told += _tell_storms(runtime, now)
    told += wake(runtime, now)
    told += await call(runtime, silences, now)
    _notice_arrivals(runtime)
    runtime.store.alert_telling.settle()
    told += _tell_changed(runtime, silences, now)
    return told + _tell_storms(runtime, now)


def key_of(alert: Alert) -> str:
    """The key of an alert's message, whose thread the rest goes into."""
    return f"alert:{alert.number}"


def channel_of(runtime: Runtime, channel: str) -> str:
    return channel or runtime.settings.slack.alerts_channel


async def _soon(runtime: Runtime) -> None:
    await asyncio.sleep(GATHER_SECONDS)
    # What comes from here on may not be seen by this pass any more.
    _waiting.discard(runtime.events)
    await tell(runtime)


def _tell_fresh(runtime: Runtime, silences: tuple[Silence, ...], now: datetime) -> int:
    settings, telling = runtime.settings.alerts, runtime.store.alert_telling
    since = now - timedelta(minutes=settings.storm_minutes)
    waiting: dict[str, list[Fresh]] = defaultdict(list)
    alone: list[Fresh] = []
    for each in telling.fresh():
        if each.test:
            alone.append(each)
        elif not mute_until(silences, each.rule, each.environment, now):
            waiting[each.channel].append(each)
    for channel, fresh in waiting.items():
        recent = telling.recent(channel, since)
        stormy = runtime.store.alert_storms.growing(channel, since, now) is not None
        if stormy or len(recent) + len(fresh) >= settings.storm_alerts:
            numbers = [*recent, *(each.number for each in fresh)]
            runtime.store.alert_storms.gather(channel, numbers, since, now)
        else:
            alone += fresh
    for each in alone:
        if (alert := runtime.store.alerts.find(each.number)) is not None:
            _post(runtime, alert, silences, now)
    return len(alone)


def _tell_changed(runtime: Runtime, silences: tuple[Silence, ...], now: datetime) -> int:
    changed = runtime.store.alert_telling.changed()
    for alert in changed:
        _post(runtime, alert, silences, now)
    return len(changed)


def _post(runtime: Runtime, alert: Alert, silences: tuple[Silence, ...], now: datetime) -> None:
    text, blocks = alert_message(card(runtime, alert, silences))
    channel, key = channel_of(runtime, alert.problem.channel), key_of(alert)
    if alert.posted_at is None:
        runtime.messages.post(channel, text, blocks, key=key)
    else:
        revision = f"{key}:{alert.revision}"
        runtime.messages.post(channel, text, blocks, key=revision, update_of=key, latest=True)
    runtime.store.alert_telling.told(alert, now)


def _tell_storms(runtime: Runtime, now: datetime) -> int:
    untold = runtime.store.alert_storms.untold(now - STORM_PAUSE, now)
    for storm in untold:
        parts = runtime.store.alert_storms.parts(storm.number)
        worst = runtime.store.alerts.open(WORST_SHOWN, storm=storm.number)
        shown = StormCard(storm, parts, worst, now, surroundings(runtime, others=worst))
        text, blocks = storm_message(shown)
        channel, key = channel_of(runtime, storm.channel), f"alert-storm:{storm.number}"
        if storm.told == 0:
            runtime.messages.post(channel, text, blocks, key=key)
        else:
            runtime.messages.post(
                channel, text, blocks, key=f"{key}:{storm.revision}", update_of=key, latest=True
            )
        runtime.store.alert_storms.told(storm, now)
    return len(untold)


def _notice_arrivals(runtime: Runtime) -> None:
    """Slack was away, perhaps: a message that arrived late says when it was meant."""
    for alert in runtime.store.alert_telling.unarrived():
        place = runtime.messages.delivered(key_of(alert))
        if place is None or alert.posted_at is None:
            continue
        arrived = datetime.fromtimestamp(float(place.ts), UTC)
        late = arrived - alert.posted_at >= LATE
        runtime.store.alert_telling.arrived(alert.number, arrived, late=late)


def _end_tests(runtime: Runtime, now: datetime) -> None:
    """A test alert that nobody ends is over by itself."""
    for alert in runtime.store.alerts.opened_by("test").values():
        if now - alert.fired_at >= TEST_LASTS:
            runtime.store.alerts.resolve(alert.number, now, "the test is over")
