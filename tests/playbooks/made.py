"""A playbook, a run and its steps for the tests of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.playbooks.models import Playbook, Step
from bot.playbooks.progress import RunView, view
from bot.playbooks.reading import read, version_of
from bot.playbooks.records import RunRecord, RunState, StepRecord, StepState

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = """\
name: breach
title: Breach
summary: Something got out.
owner: Platform team
reviewed: 2026-03-01
guide: Emergency Procedures
legal_clock: {title: Tell the authority, length: 72h, stopped_by: tell}
choices:
  cause: {title: What causes it, choices: [database, cache, unknown], default: unknown}
phases:
  - id: now
    title: Now
    counted_from: discovered
    ends: 1h
    steps:
      - {id: isolate, title: Isolate, owner: commander, do: By hand., critical: true}
      - {id: look, title: Look, owner: on-call engineer, run: health}
      - {id: scope, title: Scope, owner: scribe, do: Write., needs: isolate, note: required}
  - id: later
    title: Later
    counted_from: discovered
    begins: 1h
    ends: 4h
    steps:
      - {id: database, title: Fix the database, owner: database, do: Fix., when: cause is database}
      - {id: verify, title: Verify, owner: on-call engineer, run: health, expect: green}
      - {id: rollback, title: Roll back, owner: commander, do: Back., when: verify failed}
      - {id: tell, title: Tell, owner: communications, do: Tell., evidence: a link}
"""


def playbook(text: str = TEXT) -> Playbook:
    source, problems = read(text, "made.yml")
    assert source is not None, problems
    return source.playbook


def run(**changes: Any) -> RunRecord:
    made: dict[str, Any] = {
        "id": "RUN-1",
        "playbook": "breach",
        "title": "Breach",
        "version": version_of(TEXT),
        "content": TEXT,
        "incident": "",
        "channel": "C0OPS00001",
        "drill": False,
        "state": RunState.ACTIVE,
        "started_at": START,
        "discovered_at": START,
        "person_id": "U0ANA",
        "person_name": "ana",
    }
    return RunRecord(**{**made, **changes})


def step(name: str, state: StepState, at: datetime = START, **more: Any) -> StepRecord:
    return StepRecord(name, state, "U0RITA", "rita", at, **more)


def automatic(wanted: Step) -> bool:
    return bool(wanted.run)


def seen(
    *records: StepRecord, now: datetime = START, record: RunRecord | None = None, text: str = TEXT
) -> RunView:
    by_step = {one.step: one for one in records}
    return view(record or run(), playbook(text), by_step, now, automatic)


def standings(found: RunView) -> dict[str, str]:
    return {one.step.id: one.standing.value for one in found.steps}


def done(names: Iterable[str], at: datetime = START) -> list[StepRecord]:
    return [step(name, StepState.DONE, at) for name in names]
