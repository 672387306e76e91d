"""Values that pass through the bot once and are never written: secrets on their way to a service.

A form or a terminal hands a value over and gets a ticket; the ticket travels in the command line,
through the journal and the audit log; the operation takes the value out by it, once. What is not
taken is forgotten. See docs/adr: a secret is handed over.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import BadInput

if TYPE_CHECKING:
    from bot.redaction import Redactor

KEPT = timedelta(minutes=45)  # longer than anybody has to approve
MOST = 50  # values at a time
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GONE = "The value is not here any more: it is kept in memory only, for a while, and is used once."


@dataclass(slots=True)
class _Held:
    value: str = field(repr=False)
    until: datetime
    person: str


class Handover:
    """One per process. Nothing of it is ever stored; its text form shows no value.

    While a value is held, and afterwards until `done`, the redactor hides it wherever it turns up.
    """

    def __init__(self, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._redactor = redactor
        self._clock = clock
        self._held: dict[str, _Held] = {}

    def __repr__(self) -> str:
        return f"Handover({len(self._held)} values)"

    def keep(self, value: str, ticket: str = "", *, person: str = "") -> str:
        """Hold it and answer its ticket; one given by the caller replaces what that held.

        Others see the ticket in a message that asks for approval: `person` alone can use it.
        """
        self._forget_old()
        if len(self._held) >= MOST:
            raise BadInput("Too many values wait to be used.", "Decide about those first.")
        name = ticket or f"HO-{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"
        if name in self._held:
            self.done(self._held[name].value)
        self._held[name] = _Held(value, self._clock() + KEPT, person)
        self._redactor.learn(value)
        return name

    def has(self, ticket: str, person: str = "") -> bool:
        self._forget_old()
        held = self._held.get(ticket)
        return held is not None and held.person in ("", person)

    def take(self, ticket: str, person: str = "") -> str:
        """The value, out of here for good; raises BadInput where it is gone. Call `done` after."""
        if not self.has(ticket, person):
            raise BadInput(_GONE, "Enter it again; after a restart of the bot it is always gone.")
        return self._held.pop(ticket).value

    def done(self, value: str) -> None:
        """It went where it should, or will not: nothing here knows it any more."""
        self._redactor.forget(value)

    def _forget_old(self) -> None:
        now = self._clock()
        for name in [name for name, held in self._held.items() if held.until <= now]:
            self.done(self._held.pop(name).value)
