"""Drills: a playbook played through with nothing run, scored at the end, announced each month."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import OpsError
from bot.jobs import Job
from bot.playbooks.models import Playbook
from bot.playbooks.records import RunState
from bot.playbooks.scoring import score
from handlers.playbooks.drill_views import announcement
from handlers.playbooks.result import DrillResult
from handlers.playbooks.scores import tell_score
from handlers.playbooks.shelf import library
from handlers.playbooks.standing import look_at
from handlers.playbooks.writing import after, entry

if TYPE_CHECKING:
    from bot.command import Person
    from bot.playbooks.records import RunRecord
    from bot.runtime import Runtime


def result_of(runtime: Runtime, record: RunRecord) -> DrillResult:
    """How the drill went, or how it stands. Raises OpsError."""
    seen = look_at(runtime, record)
    return DrillResult(seen, score(seen))


def end(runtime: Runtime, record: RunRecord, person: Person) -> bool:
    """End a drill where it stands; what is open then counts as missed."""
    wrote = entry(runtime, person, "stopped", f"Drill {record.title} ended.")
    ended = runtime.store.playbook_runs.end(record.id, RunState.STOPPED, runtime.now(), wrote)
    if ended:
        after(runtime, record.id)
        tell_score(runtime, record.id)
    return ended


def next_playbook(runtime: Runtime, due: datetime) -> Playbook:
    """Whose turn it is that month; raises OpsError where none of the names is known."""
    names = [
        name
        for name in runtime.settings.playbooks.drill_playbooks
        if name in library(runtime).sources
    ]
    if not names:
        raise OpsError(
            "None of [playbooks] drill_playbooks is a playbook.",
            "`/pitchey playbook list` shows their names.",
            permanent=True,
        )
    local = due.astimezone(ZoneInfo(runtime.settings.team.timezone))
    turn = local.year * 12 + local.month - 1
    return library(runtime).sources[names[turn % len(names)]].playbook


async def announce(runtime: Runtime, due: datetime) -> str:
    """Say in the ops channel which drill this month has, with a button that starts it."""
    book = next_playbook(runtime, due)
    last = [run for run in runtime.store.playbook_runs.newest(200, drill=True)
            if run.playbook == book.name]  # fmt: skip
    text, blocks = announcement(book, last[0] if last else None)
    key = f"playbook:drill:{due.isoformat()}"
    runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)
    return f"announced the drill of {book.name}"


DRILL = Job(
    name="playbook drill",
    title="The drill of the month",
    when=lambda settings: settings.playbooks.drill or None,
    run=announce,
)
