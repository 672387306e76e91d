"""How a drill went: time per phase, steps missed, skipped and late, and one figure. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.playbooks.progress import PhaseView, RunView, Standing


@dataclass(frozen=True, slots=True)
class PhaseScore:
    """`took` counts from the end of the phase before (or the start) to its last step done."""

    title: str
    took: timedelta | None
    window: timedelta | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Score:
    """`points` of 100: a step done in time counts fully, done late half, else nothing."""

    points: int
    took: timedelta
    total: int
    done: int
    late: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]  # title and reason
    missed: tuple[str, ...]
    phases: tuple[PhaseScore, ...]


def score(view: RunView) -> Score:
    """The score of a run as it stands now, or as it ended."""
    earned, done = 0.0, 0
    late, skipped, missed = [], [], []
    for phase in view.phases:
        for step in phase.counted:
            title = f"{step.number} {step.step.title}"
            if step.standing is Standing.DONE:
                done += 1
                in_time = phase.ends_at is None or (
                    step.record.at is not None and step.record.at <= phase.ends_at
                )
                earned += 1.0 if in_time else 0.5
                if not in_time:
                    late.append(title)
            elif step.standing is Standing.SKIPPED:
                skipped.append((title, step.record.note))
            else:
                missed.append(title)
    total, ended = view.total, view.run.ended_at or view.now
    return Score(
        round(100 * earned / total) if total else 0,
        ended - view.run.started_at,
        total,
        done,
        tuple(late),
        tuple(skipped),
        tuple(missed),
        _phases(view),
    )


def _phases(view: RunView) -> tuple[PhaseScore, ...]:
    found, before = [], view.run.started_at
    for phase in view.phases:
        last = _last(phase)
        window = None
        if phase.phase.ends is not None:
            window = phase.phase.ends - (phase.phase.begins or timedelta())
        took = None if last is None else max(timedelta(), last - before)
        done = sum(step.standing is Standing.DONE for step in phase.steps)
        found.append(PhaseScore(phase.phase.title, took, window, done, len(phase.counted)))
        before = last or before
    return tuple(found)


def _last(phase: PhaseView) -> datetime | None:
    """When its last step was done; None where none was."""
    times = [step.record.at for step in phase.steps if step.standing is Standing.DONE]
    return max((time for time in times if time is not None), default=None)
