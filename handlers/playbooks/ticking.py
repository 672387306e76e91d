"""What runs do by themselves: learn results, poll, remind, call for help, offer new versions."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.jobs import Job
from bot.oncall import callees
from bot.phrases import plural
from bot.playbooks.changes import changes
from bot.playbooks.clocks import climbed, told_late, wanted
from bot.playbooks.progress import RunView
from bot.playbooks.records import Alarm, RunRecord
from handlers.playbooks.alarm_views import (
    alarm_message,
    alarm_words,
    call_message,
    call_words,
    offer_message,
)
from handlers.playbooks.learning import learn, poll_due
from handlers.playbooks.places import place_of
from handlers.playbooks.shelf import frozen, library
from handlers.playbooks.standing import look, look_at
from handlers.playbooks.writing import BOT, after, entry, forward

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=15)


async def tick(runtime: Runtime, _due: datetime) -> str:
    """One look at everything; each part on its own, so that one fault stops no other."""
    learn(runtime)
    poll_due(runtime)
    said = ring(runtime)
    for record in runtime.store.playbook_runs.active():
        try:
            said += await climb(runtime, record)
            said += offer(runtime, record)
            after(runtime, record.id)
        except OpsError as error:
            log.error("%s was not looked at: %s", record.id, error)
    for record in runtime.store.playbook_clocks.untold():
        forward(runtime, record)
    return f"{said} told" if said else "nothing to tell"


def ring(runtime: Runtime) -> int:
    """Say what is due, each once; where nothing ran at its time, late."""
    said = 0
    for run, alarm in runtime.store.playbook_clocks.due(runtime.now()):
        try:
            said += _ring(runtime, run, alarm)
        except OpsError as error:
            log.error("%s, %s could not be told: %s", run, alarm.key, error)
    return said


def _ring(runtime: Runtime, run: str, alarm: Alarm) -> bool:
    seen, now = look(runtime, run), runtime.now()
    if not wanted(alarm, seen):
        runtime.store.playbook_clocks.fired(run, alarm.key, now, None)
        return False
    late = told_late(alarm, now)
    # The message's key keeps it from being said twice, should the next line never be reached.
    if not post(runtime, seen, f"alarm:{alarm.key}", alarm_message(seen, alarm, late=late)):
        return False
    wrote = entry(runtime, BOT, alarm.kind, alarm_words(seen, alarm))
    return runtime.store.playbook_clocks.fired(run, alarm.key, now, wrote)


async def climb(runtime: Runtime, record: RunRecord) -> bool:
    """Call the next level for critical steps that are late or nobody's; never in a drill."""
    if record.drill:
        return False
    seen = look_at(runtime, record)
    levels = runtime.settings.contacts.escalation
    after_look, call, steps = climbed(seen, levels)
    if (after_look.called, after_look.next_at) == (record.climb_called, record.climb_at):
        return False
    wrote = None
    if call is not None:
        on_call = None
        if call.level is not None:
            on_call = await callees(runtime, call.level.level, runtime.now())
        message = call_message(seen, call, steps, on_call.mentions if on_call else "")
        key = f"climb:{steps[0].step.id}:{call.due_at.timestamp():.0f}:{call.number}"
        if not post(runtime, seen, key, message):
            return False
        wrote = entry(runtime, BOT, "escalated", call_words(call, steps))
    runtime.store.playbook_clocks.climb(record, after_look.called, after_look.next_at, wrote)
    return call is not None


def offer(runtime: Runtime, record: RunRecord) -> bool:
    """Tell people, once a version, that the playbook of a run has changed meanwhile."""
    source = library(runtime).sources.get(record.playbook)
    if source is None or source.version in (record.version, record.offered):
        return False
    found = changes(frozen(record), source.playbook)
    if not found.count and not found.rest:
        return False
    seen = look_at(runtime, record)
    if not post(runtime, seen, f"offer:{source.version}", offer_message(seen, found)):
        return False
    told = (
        f"The playbook has a new version {source.version}: {plural(found.count, 'step')} changed."
    )
    wrote = entry(runtime, BOT, "offered", told)
    return runtime.store.playbook_clocks.offered(record.id, source.version, wrote)


def post(runtime: Runtime, seen: RunView, key: str, message: tuple[str, list[Block]]) -> bool:
    """False while the run's incident has no room yet."""
    where = place_of(runtime, seen.run)
    if where is None:
        return False
    text, blocks = message
    full = f"playbook:{seen.run.id}:{key}"
    runtime.messages.post(where.channel, text, blocks, key=full, thread_ts=where.thread_ts)
    return True


CLOCKS = Job(
    name="playbook clocks",
    title="Reminders and results of running playbooks",
    when=lambda _settings: EVERY,
    run=tick,
    catch_up=timedelta(minutes=5),
    quiet=True,
)
