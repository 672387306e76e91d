"""How long a call waits for a store that others hold, or that does not answer."""

from __future__ import annotations

import time

BRIEF = 0.1  # seconds
AGAIN = 10.0  # seconds until it is worth its full patience again


class Waiting:
    """In full once, then hardly until the store answers again.

    Calls are made from the event loop: with two seconds each, a store that stays locked would hold
    up everything that has nothing to do with it, and every acknowledgement.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._brief_until = 0.0

    @property
    def seconds(self) -> float:
        """For the next call."""
        return min(BRIEF, self._patience) if self._brief else self._patience

    def in_vain(self) -> None:
        """A call has waited its time and got nothing."""
        if not self._brief:
            self._brief_until = time.monotonic() + AGAIN

    def answered(self) -> None:
        """A call went through."""
        self._brief_until = 0.0

    @property
    def _brief(self) -> bool:
        return self._brief_until > 0 and time.monotonic() < self._brief_until
