"""Steps of playbooks that were skipped, late or not done: each proposes an edit of its playbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.phrases import span
from bot.playbooks.progress import PhaseView, Standing, StepView, view
from bot.playbooks.reading import read
from bot.playbooks.records import RunRecord, RunState, StepRecord

if TYPE_CHECKING:
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class StepFinding:
    """`what` is skipped, late or not done; `why` is what people wrote, else what is known."""

    run: str
    playbook: str
    step: str
    number: str
    title: str
    what: str
    why: str
    act: str = ""

    @property
    def source(self) -> str:
        return f"{self.run}:{self.step}"

    @property
    def proposal(self) -> str:
        """The action item that it becomes."""
        return (
            f"Playbook {self.playbook}, step {self.number} {self.title}: {self.what} ({self.why}). "
            "Change the step, its window or its owner, or say why it stays."
        )


@dataclass(frozen=True, slots=True)
class RunFinding:
    """One playbook as it was run: how many of its steps were handled."""

    run: str
    title: str
    handled: int
    total: int
    findings: tuple[StepFinding, ...]
    done: frozenset[str]  # ids of the steps that were done


def runs_of(store: Store, incident: str, resolved: datetime) -> tuple[RunFinding, ...]:
    """Every run of the incident; one whose text cannot be read any more is told as such."""
    found = []
    for run in store.playbook_runs.of_incident(incident):
        found.append(run_finding(run, store.playbook_runs.steps(run.id), resolved))
    return tuple(found)


def run_finding(
    run: RunRecord, records: Mapping[str, StepRecord], resolved: datetime
) -> RunFinding:
    """Pure: the same record gives the same finding at any later time."""
    source, _ = read(run.content, run.playbook)
    if source is None:
        return RunFinding(run.id, run.title, 0, 0, (), frozenset())
    seen = view(run, source.playbook, records, run.ended_at or resolved, lambda _step: False)
    findings = [
        finding
        for phase in seen.phases
        for step in phase.steps
        if (finding := _finding(run, phase, step, resolved)) is not None
    ]
    done = frozenset(each.step.id for each in seen.steps if each.standing is Standing.DONE)
    return RunFinding(run.id, run.title, seen.handled, seen.total, tuple(findings), done)


def _finding(
    run: RunRecord, phase: PhaseView, step: StepView, resolved: datetime
) -> StepFinding | None:
    record, ends_at = step.record, phase.ends_at
    what = why = ""
    if step.standing is Standing.SKIPPED:
        what, why = "skipped", record.note or "no reason was given"
    elif step.standing is Standing.DONE:
        if ends_at is None or record.at is None or record.at <= ends_at:
            return None
        late = span(max(timedelta(), record.at - ends_at))
        what, why = "late", f"{late} after its window; {record.note or 'no note'}"
    elif step.standing.counts:
        # What is still within its window is not missed: the last phases run for weeks.
        if run.state is RunState.ACTIVE and (ends_at is None or ends_at > resolved):
            return None
        what, why = "not done", record.note or record.result or "nothing was written about it"
    if not what:
        return None
    return StepFinding(run.id, run.playbook, step.step.id, step.number, step.step.title, what, why)
