"""One message per phase, posted when its time comes and edited in place when it shows less."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.playbooks.progress import PhaseView, RunView
from bot.playbooks.records import RunState, StepState
from handlers.playbooks.card_views import phase_card
from handlers.playbooks.places import place_of
from handlers.playbooks.standing import look

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
_TRIES = 4


def refresh(runtime: Runtime, run: str) -> None:
    """Bring the run's cards up to date; what cannot be stored now, the next look does."""
    try:
        for _ in range(_TRIES):
            seen = look(runtime, run)
            behind = [phase for phase in _cards(runtime, seen) if not _show(runtime, seen, phase)]
            if not behind:
                return
    except OpsError as error:
        log.error("the cards of %s are not up to date: %s", run, error)


def shown(seen: RunView) -> tuple[PhaseView, ...]:
    """The phases that get a card: as far as somebody may act, those touched or whose time came."""
    front = seen.front.number
    found = []
    for phase in seen.phases:
        touched = any(step.record.state is not StepState.OPEN for step in phase.steps)
        begun = phase.phase.begins is not None and phase.begins_at <= seen.now
        if phase.number <= front or touched or begun:
            found.append(phase)
    return tuple(found)


def _cards(runtime: Runtime, seen: RunView) -> list[PhaseView]:
    """Those, and what was posted before: a step that was opened again leaves no stale card."""
    wanted, clocks = shown(seen), runtime.store.playbook_clocks
    return [
        phase
        for phase in seen.phases
        if phase in wanted or clocks.card(seen.run.id, phase.phase.id)[0]
    ]


def card_key(run: str, phase: str) -> str:
    """The key of a phase's card in the outbox."""
    return f"playbook:{run}:{phase}"


def _show(runtime: Runtime, seen: RunView, phase: PhaseView) -> bool:
    """False where another process posted it meanwhile, maybe with less in it: look again."""
    where = place_of(runtime, seen.run)
    if where is None:
        return True
    text, blocks = phase_card(seen, phase, runtime.settings.slack.command)
    written = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    revision, before = runtime.store.playbook_clocks.card(seen.run.id, phase.phase.id)
    if digest == before:
        return True
    first = card_key(seen.run.id, phase.phase.id)
    if revision == 0:
        if seen.run.state is not RunState.ACTIVE and phase.handled == 0:
            return True
        runtime.messages.post(where.channel, text, blocks, key=first, thread_ts=where.thread_ts)
    else:
        runtime.messages.post(
            where.channel,
            text,
            blocks,
            key=f"{first}:{revision}:{digest}",
            update_of=first,
            latest=True,
        )
    return runtime.store.playbook_clocks.posted(seen.run.id, phase.phase.id, revision, digest)
