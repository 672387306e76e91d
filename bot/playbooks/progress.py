"""How a run stands at one moment: what is done, next, late, and how much time is left. Pure."""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.playbooks.conditions import condition
from bot.playbooks.models import Phase, Playbook, Step
from bot.playbooks.records import RunRecord, RunState, StepRecord, StepState


class Standing(StrEnum):
    """A step's state as people see it: what is stored, and what follows from the others."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    RUNNING = "running"
    READY = "ready"
    WAITING = "waiting"  # for the steps it needs
    UNDECIDED = "undecided"  # its condition looks at a step that has no end yet
    NOT_NEEDED = "not needed"  # its condition does not hold

    @property
    def resolved(self) -> bool:
        """Nobody has to do anything about it."""
        return self in (Standing.DONE, Standing.SKIPPED, Standing.NOT_NEEDED)

    @property
    def counts(self) -> bool:
        """It is one of the steps of this run."""
        return self not in (Standing.NOT_NEEDED, Standing.UNDECIDED)


@dataclass(frozen=True, slots=True)
class StepView:
    """`waits_for` are numbers and titles of the steps it needs; `automatic` where a command of
    this bot does it; `since` is when it could be begun."""

    step: Step
    number: str
    standing: Standing
    record: StepRecord
    late: bool
    automatic: bool
    waits_for: tuple[str, ...]
    since: datetime

    @property
    def open(self) -> bool:
        """Somebody may act on it now."""
        return self.standing in (Standing.READY, Standing.FAILED)


@dataclass(frozen=True, slots=True)
class PhaseView:
    phase: Phase
    number: int
    begins_at: datetime
    ends_at: datetime | None
    steps: tuple[StepView, ...]

    @property
    def counted(self) -> tuple[StepView, ...]:
        return tuple(step for step in self.steps if step.standing.counts)

    @property
    def handled(self) -> int:
        return sum(step.standing.resolved for step in self.counted)

    @property
    def late(self) -> int:
        return sum(step.late for step in self.steps)

    @property
    def complete(self) -> bool:
        return all(
            step.standing.resolved or step.standing is Standing.UNDECIDED for step in self.steps
        )


@dataclass(frozen=True, slots=True)
class ClockView:
    """The legal time limit: `stopped_at` is when its step was done."""

    title: str
    started_at: datetime
    ends_at: datetime
    stopped_at: datetime | None
    stopped_by: str

    def passed(self, now: datetime) -> timedelta:
        return (self.stopped_at or now) - self.started_at

    def left(self, now: datetime) -> timedelta:
        """Negative once it has lapsed."""
        return self.ends_at - (self.stopped_at or now)


@dataclass(frozen=True, slots=True)
class RunView:
    run: RunRecord
    playbook: Playbook
    phases: tuple[PhaseView, ...]
    clock: ClockView | None
    now: datetime

    @property
    def steps(self) -> tuple[StepView, ...]:
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def total(self) -> int:
        return sum(len(phase.counted) for phase in self.phases)

    @property
    def handled(self) -> int:
        return sum(phase.handled for phase in self.phases)

    @property
    def late(self) -> int:
        return sum(phase.late for phase in self.phases)

    @property
    def complete(self) -> bool:
        return all(phase.complete for phase in self.phases)

    @property
    def current(self) -> PhaseView:
        """The first phase that is not complete; the last one at the end."""
        open_ones = (phase for phase in self.phases if not phase.complete)
        return next(open_ones, self.phases[-1])

    @property
    def front(self) -> PhaseView:
        """The first phase in which somebody may act now: what runs or waits holds nobody up."""
        can_act = (phase for phase in self.phases if any(step.open for step in phase.steps))
        return next(can_act, self.current)

    @property
    def next_steps(self) -> tuple[StepView, ...]:
        """What can be done now, in order; the late ones first."""
        found = [step for step in self.steps if step.open]
        return tuple(sorted(found, key=lambda step: not step.late))

    def step(self, step_id: str) -> StepView | None:
        return next((one for one in self.steps if one.step.id == step_id), None)


def base(run: RunRecord, counted_from: str) -> datetime:
    """The moment that a window is counted from."""
    return run.discovered_at if counted_from == "discovered" else run.started_at


def view(
    run: RunRecord,
    playbook: Playbook,
    records: Mapping[str, StepRecord],
    now: datetime,
    automatic: Callable[[Step], bool],
) -> RunView:
    """`records` by step id; a step without one is open. `automatic` tells what the bot can do."""
    standings = _standings(playbook, run.choices, records)
    phases = []
    for number, phase in enumerate(playbook.phases, 1):
        begun = base(run, phase.counted_from)
        begins_at = begun + (phase.begins or timedelta())
        ends_at = None if phase.ends is None else begun + phase.ends
        stopped = now if run.state is RunState.ACTIVE else (run.ended_at or now)
        over = ends_at is not None and stopped >= ends_at
        steps = []
        for step in phase.steps:
            standing = standings[step.id]
            waits_for = tuple(
                f"{playbook.number(need)} {named.title}"
                for need in step.needs
                if not standings[need].resolved and (named := playbook.step(need))
            )
            times = [records[need].at for need in step.needs if need in records]
            since = max(run.started_at, begins_at, *(time for time in times if time is not None))
            steps.append(
                StepView(
                    step,
                    playbook.number(step.id),
                    standing,
                    records.get(step.id, StepRecord(step.id)),
                    over and standing.counts and not standing.resolved,
                    automatic(step),
                    waits_for,
                    since,
                )
            )
        phases.append(PhaseView(phase, number, begins_at, ends_at, tuple(steps)))
    return RunView(run, playbook, tuple(phases), _clock(run, playbook, records), now)


def _standings(
    playbook: Playbook, choices: Mapping[str, str], records: Mapping[str, StepRecord]
) -> dict[str, Standing]:
    chosen = {name: choice.default for name, choice in playbook.choices.items()} | dict(choices)
    states = {name: record.state.value for name, record in records.items()}
    applies = {
        step.id: True
        if step.when is None or (found := condition(step.when)) is None
        else found.applies(chosen, states)
        for step in playbook.steps
    }
    found_so_far: dict[str, Standing] = {}
    # In the order in which they need each other; a name that is no step was refused before.
    order = graphlib.TopologicalSorter({step.id: step.needs for step in playbook.steps})
    for name in order.static_order():
        if (step := playbook.step(name)) is None:
            continue
        state = records[name].state if name in records else StepState.OPEN
        if state is not StepState.OPEN:
            standing = Standing(state.value)
        elif applies[name] is None:
            standing = Standing.UNDECIDED
        elif applies[name] is False:
            standing = Standing.NOT_NEEDED
        else:
            free = all(found_so_far[need].resolved for need in step.needs if need in found_so_far)
            standing = Standing.READY if free else Standing.WAITING
        found_so_far[name] = standing
    return found_so_far


def _clock(
    run: RunRecord, playbook: Playbook, records: Mapping[str, StepRecord]
) -> ClockView | None:
    limit = playbook.legal_clock
    if limit is None:
        return None
    started = base(run, limit.counted_from)
    ended = records.get(limit.stopped_by)
    closed = ended is not None and ended.state in (StepState.DONE, StepState.SKIPPED)
    stopped = ended.at if ended is not None and closed else None
    by = ended.actor_name if ended is not None and closed else ""
    return ClockView(limit.title, started, started + limit.length, stopped, by)
