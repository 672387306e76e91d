"""The ladder that a problem climbs while nobody acknowledges it. Pure; callers store the climb.

Guide, "Technical Escalation": L1 answers within 15 minutes, L2 within 30, L3 within an hour, L4
within two. L1 is called at once, and each level when the one before has not answered in its
time; so an alert nobody sees calls L2 after 15 minutes, L3 after 45, L4 after 1 h 45, and is
said to be answered by nobody after 3 h 45.

    climb = begin(now)                             # store climb.called and climb.next_at
    while call := due(levels, climb, now): ...     # at most one a look; store call.climb, tell
    climb = stopped(climb)                         # somebody acknowledged it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings.tables import EscalationLevel

# Later than this is worth saying: jobs look every few seconds.
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Climb:
    """`called` levels were called so far; the next is due at `next_at`, None when it is over."""

    called: int = 0
    next_at: datetime | None = None

    @property
    def climbing(self) -> bool:
        return self.next_at is not None


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call now. `level` is None once: every level was called and none has answered.

    `number` counts calls from 1. `late` is how long ago it was due, which is much where nothing
    ran in between. `climb` is what to store, in the same transaction that notes the call.
    """

    level: EscalationLevel | None
    number: int
    due_at: datetime
    late: timedelta
    climb: Climb

    @property
    def is_late(self) -> bool:
        return self.late >= LATE


def begin(now: datetime, *, called: int = 0, wait: timedelta = timedelta()) -> Climb:
    """A climb whose next call is due after `wait`; `called` levels are left out as called."""
    return Climb(called, now + wait)


def stopped(climb: Climb) -> Climb:
    """Acknowledged or over: nobody more is called. What was called stays known."""
    return Climb(climb.called, None)


def due(levels: Sequence[EscalationLevel], climb: Climb, now: datetime) -> Call | None:
    """The call to make now, None where none is due.

    Never more than one: a level called late has its whole time to answer, counted from when it
    really was called. A ladder shortened in the settings meanwhile ends early.
    """
    if climb.next_at is None or now < climb.next_at:
        return None
    late, number = now - climb.next_at, climb.called + 1
    if climb.called >= len(levels):
        return Call(None, number, climb.next_at, late, Climb(climb.called, None))
    level = levels[climb.called]
    following = Climb(number, now + timedelta(minutes=level.response_minutes))
    return Call(level, number, climb.next_at, late, following)


def waiting_on(levels: Sequence[EscalationLevel], climb: Climb) -> EscalationLevel | None:
    """The level that was called last; None before the first call."""
    return levels[min(climb.called, len(levels)) - 1] if climb.called and levels else None


def next_level(levels: Sequence[EscalationLevel], climb: Climb) -> EscalationLevel | None:
    """Whom the next call goes to; None where there is none, or nobody is left."""
    if climb.next_at is None or climb.called >= len(levels):
        return None
    return levels[climb.called]
