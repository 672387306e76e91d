"""When a run has to speak up by itself: reminders, lapses, and steps that nobody takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.escalation import Call, Climb, begin, due, stopped
from bot.playbooks.models import Playbook
from bot.playbooks.progress import RunView, Standing, StepView, base
from bot.playbooks.records import Alarm, RunRecord
from bot.settings.tables import EscalationLevel

REMIND_AT = 80  # percent of a window
LEGAL_REMIND_AT = (50, 80, 95)
LEGAL = "legal"
_LATE = timedelta(minutes=2)  # later than this is worth saying


def alarms(run: RunRecord, playbook: Playbook) -> tuple[Alarm, ...]:
    """Every moment of the run that is known from its start, in order."""
    found = []
    for phase in playbook.phases:
        if phase.ends is None:
            continue
        begun = base(run, phase.counted_from)
        begins, ends = begun + (phase.begins or timedelta()), begun + phase.ends
        found += _window(phase.id, begins, ends, (REMIND_AT,))
    if (limit := playbook.legal_clock) is not None:
        begun = base(run, limit.counted_from)
        found += _window(LEGAL, begun, begun + limit.length, LEGAL_REMIND_AT)
    return tuple(sorted(found, key=lambda alarm: alarm.due_at))


def _window(subject: str, begins: datetime, ends: datetime, shares: Sequence[int]) -> list[Alarm]:
    reminders = [
        Alarm(
            f"{subject}:{share}", begins + (ends - begins) * share / 100, "remind", subject, share
        )
        for share in shares
    ]
    return [*reminders, Alarm(f"{subject}:lapse", ends, "lapse", subject, 100)]


def wanted(alarm: Alarm, view: RunView) -> bool:
    """Whether there is still something to say: the phase is not done, the clock not stopped.

    A reminder that is due only after its window has lapsed gives way to the lapse.
    """
    if alarm.subject == LEGAL:
        if view.clock is None or view.clock.stopped_at is not None:
            return False
        return alarm.kind == "lapse" or view.now < view.clock.ends_at
    phase = next((one for one in view.phases if one.phase.id == alarm.subject), None)
    if phase is None or phase.complete:
        return False
    return alarm.kind == "lapse" or phase.ends_at is None or view.now < phase.ends_at


def told_late(alarm: Alarm, now: datetime) -> bool:
    """Nothing ran at the time it was due, and people should know."""
    return now - alarm.due_at >= _LATE


def attention(view: RunView, levels: Sequence[EscalationLevel]) -> tuple[StepView, ...]:
    """Critical steps that are late, or that nobody has taken within the first level's time.

    Taking a step that is late counts as an answer: it climbs no further.
    """
    patience = timedelta(minutes=levels[0].response_minutes if levels else 15)
    found = []
    for step in view.steps:
        if not step.step.critical or step.standing.resolved or not step.standing.counts:
            continue
        if step.standing is Standing.RUNNING:
            continue
        phase = next(one for one in view.phases if step in one.steps)
        if step.late and phase.ends_at is not None:
            taken = step.record.assigned_at
            answered = taken is not None and taken >= phase.ends_at
            # A run that begins late has the first level's time before anybody is called.
            if not answered and view.now >= view.run.started_at + patience:
                found.append(step)
        elif step.open and not step.record.assignee_id and view.now >= step.since + patience:
            found.append(step)
    return tuple(found)


def climbed(
    view: RunView, levels: Sequence[EscalationLevel]
) -> tuple[Climb, Call | None, tuple[StepView, ...]]:
    """The ladder after this look: what to store, whom to call now, and for which steps."""
    climb = Climb(view.run.climb_called, view.run.climb_at)
    steps = attention(view, levels)
    if not steps:
        return (Climb() if climb.called else stopped(climb)), None, ()
    if not climb.climbing and not climb.called:
        climb = begin(view.now)
    call = due(levels, climb, view.now)
    return (call.climb if call else climb), call, steps
