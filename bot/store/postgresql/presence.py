"""Which processes of ours are alive, on whichever machine: each renews a lease of its name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.postgresql.leases import Leases


class LeasedPresence:
    """As `bot.store.presence.Presence`. A killed process counts as alive for ten seconds more."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self.name = ""

    def sign_in(self, kind: str) -> str:
        """Answers this process's name, which begins with `kind`; raises OpsError."""
        if not self.name:
            name = f"{kind}-{uuid.uuid4().hex[:12]}"
            self._leases.take(_lease(name))
            self.name = name
        elif self._leases.lost(_lease(self.name)):
            # It was cut off for so long that others may have given it up: it begins anew.
            self.name = ""
            return self.sign_in(kind)
        return self.name

    def alive(self, name: str) -> bool:
        """Does the process of that name still live? Raises OpsError."""
        return self._leases.living(_lease(name))

    def confirm(self) -> None:
        """Renew this process's lease now, though it may have expired; raises OpsError."""
        self._leases.renew_once()

    def anyone(self, kind: str) -> bool:
        """Does a process of that kind live? Raises OpsError."""
        return self._leases.any_living(f"{_lease(kind)}-")

    def close(self) -> None:
        if self.name:
            self._leases.give_back(_lease(self.name))
            self.name = ""


def _lease(name: str) -> str:
    return f"process:{name}"
