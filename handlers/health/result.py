"""What a health check finds, and the verdict over all of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.judging.states import NO_WAY_OUT, State

COMPONENTS = (
    "api",
    "site",
    "database",
    "cache",
    "uploads",
    "auth",
    "certificate",
    "cloudflare",
    "backup",
)
# Without one of these nobody can use the platform.
VITAL = frozenset({"api", "site", "database", "auth"})


class Verdict(StrEnum):
    """The state of the whole."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    UNCERTAIN = "not certain"


@dataclass(frozen=True, slots=True)
class Check:
    """One part's result.

    `summary` is the state in words, `meaning` one sentence for the reader, `value` and
    `threshold` what was measured and its limit ("612 ms", "alert above 1000 ms"). `evidence`
    holds one fact a line for the details: foreign text, to be escaped and redacted. `effect`
    is what it does to users, where that is not what such trouble usually does. `amount` and
    `unit` are `value` as a number; without them a value is `latency_ms`. `lost` says why no
    answer came at all; `blames` names the parts that an answer calls broken; `follows` is the
    part whose trouble this one only shows.
    """

    component: str
    state: State
    summary: str
    meaning: str
    next_step: str = ""
    value: str = ""
    threshold: str = ""
    latency_ms: float | None = None
    evidence: tuple[str, ...] = ()
    effect: str = ""
    amount: float | None = None
    unit: str = ""
    lost: str = ""
    blames: tuple[str, ...] = ()
    follows: str = ""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """All checks of one run, in the order of COMPONENTS; `took_ms` is the whole run's time."""

    environment: str
    component: str | None  # the only one asked for, if any
    started: datetime
    took_ms: float
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        return verdict(self.checks)

    @property
    def exit_code(self) -> int:
        """0 healthy, 1 degraded or not certain, 2 down."""
        return {Verdict.HEALTHY: 0, Verdict.DOWN: 2}.get(self.verdict, 1)

    @property
    def network_fault(self) -> str:
        return network_fault(self.checks)

    @property
    def judged(self) -> tuple[Check, ...]:
        """The checks that had something to look at, worst first."""
        found = [check for check in self.checks if check.state.judged]
        return tuple(sorted(found, key=lambda check: check.state.rank))

    @property
    def left_out(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.state.judged)

    def of(self, state: State) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.state is state)


def verdict(checks: tuple[Check, ...]) -> Verdict:
    """Down without a vital part, degraded with any fault, certain only when all is known.

    Where the bot's own network fails, nothing is known of the platform.
    """
    if network_fault(checks):
        return Verdict.UNCERTAIN
    if any(check.state is State.DOWN and check.component in VITAL for check in checks):
        return Verdict.DOWN
    if any(check.state in {State.DOWN, State.DEGRADED} for check in checks):
        return Verdict.DEGRADED
    judged = [check for check in checks if check.state.judged]
    if not judged or any(check.state is State.UNKNOWN for check in judged):
        return Verdict.UNCERTAIN
    return Verdict.HEALTHY


def network_fault(checks: tuple[Check, ...]) -> str:
    """How the bot's own network fails, where that is the likely cause; else nothing.

    Pitchey's API and Cloudflare's status page share nothing but the way from here. A site that
    can be reached proves the way.
    """
    lost = {check.component: check.lost for check in checks if check.lost in NO_WAY_OUT}
    if not {"api", "cloudflare"} <= lost.keys():
        return ""
    if any(check.component == "site" and "site" not in lost for check in checks):
        return ""
    return NO_WAY_OUT[lost["api"]]
