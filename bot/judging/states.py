"""The states of a part of the platform, as every look at it names them. Pure."""

from __future__ import annotations

from enum import StrEnum

SOME_FAIL = "some requests fail"  # a summary: neither down nor well
# Troubles that can be the bot's own network's, as a reader would say them.
NO_WAY_OUT = {
    "name not resolved": "names cannot be resolved",
    "network unreachable": "no route leads out",
}


class State(StrEnum):
    """The state of one part, worst first."""

    DOWN = "down"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    NOT_OFFERED = "not offered"
    NOT_CONFIGURED = "not configured"

    @property
    def judged(self) -> bool:
        """Whether there was something to check at all."""
        return self not in {State.NOT_OFFERED, State.NOT_CONFIGURED}

    @property
    def rank(self) -> int:
        return list(State).index(self)
