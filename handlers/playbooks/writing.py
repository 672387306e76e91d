"""What happened in a run, written down: its own history, its incident's timeline, its cards."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.command import Person
from bot.errors import OpsError
from bot.playbooks.records import Entry, RunState
from bot.store.timeline import TimelineEntry
from handlers.playbooks.cards import refresh
from handlers.playbooks.scores import tell_score
from handlers.playbooks.standing import look

if TYPE_CHECKING:
    from bot.playbooks.records import RunRecord
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
BOT = Person("bot", "Pitchey Ops")


def entry(runtime: Runtime, person: Person, kind: str, text: str, step: str = "") -> Entry:
    """A line of history of now, without secrets."""
    return Entry(runtime.now(), kind, person.id, person.name, runtime.redactor.text(text), step)


def after(runtime: Runtime, run: str) -> None:
    """Once something changed: end the run where all is done, and bring everything up to date."""
    finish(runtime, run)
    refresh(runtime, run)
    record = runtime.store.playbook_runs.get(run)
    if record.incident:
        forward(runtime, record)


def finish(runtime: Runtime, run: str) -> bool:
    """active → finished where every step has its end."""
    seen = look(runtime, run)
    if seen.run.state is not RunState.ACTIVE or not seen.complete:
        return False
    told = f"{seen.run.title}: all {seen.total} steps are done or skipped."
    now = runtime.now()
    ended = runtime.store.playbook_runs.end(
        run, RunState.FINISHED, now, entry(runtime, BOT, "finished", told)
    )
    if not ended:
        return False
    if seen.run.drill:
        tell_score(runtime, run)
    return True


def forward(runtime: Runtime, record: RunRecord) -> None:
    """Write what the timeline of the run's incident does not have yet; each line once."""
    try:
        for line in runtime.store.playbook_runs.history(record.id, record.told):
            drill = "DRILL: " if record.drill else ""
            written = TimelineEntry(
                happened_at=line.at,
                recorded_at=runtime.now(),
                kind="playbook",
                actor_id=line.person_id,
                actor_name=line.person_name,
                text=f"{drill}{line.text}",
                reference=f"{record.id}:{line.sequence}",
                source=record.id,
            )
            runtime.store.timeline.append(record.incident, written)
            runtime.store.playbook_clocks.told(record.id, line.sequence)
    except OpsError as error:
        log.error("%s is not on the timeline of %s yet: %s", record.id, record.incident, error)
