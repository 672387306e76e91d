"""Values that pass through the bot once and are never written: secrets on their way to a service.

A form or a terminal hands a value over and gets a ticket; the ticket travels in the command line
and the journal; the operation takes the value out by it, once. What is not taken is forgotten.
The store knows which process holds the value behind a ticket, so that the operation runs there.
See docs/adr: a secret is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import BadInput
from bot.moments import date
from bot.short_ids import short_id
from bot.store.handed_over import Holder

if TYPE_CHECKING:
    from bot.redaction import Redactor
    from bot.store import Store

KEPT = timedelta(minutes=45)  # longer than anybody has to approve
MOST = 50  # values at a time
MOST_OF_ONE = 5  # of one person, who keeps nobody else from entering one
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
        self._has_room(ticket, person)
        name = ticket or short_id("HO")
        if name in self._held:
            self.done(self._held[name].value)
        self._held[name] = _Held(value, self._clock() + KEPT, person)
        self._redactor.learn(value)
        return name

    def hand_in(self, value: str, person: str, store: Store) -> str:
        """`keep`, and let the other processes know that it is here; raises OpsError."""
        ticket = self.keep(value, person=person)
        now = self._clock()
        process = store.presence.sign_in("bot")
        store.handed_over.note(ticket, Holder(process, person, now + KEPT), now)
        return ticket

    def holder(self, ticket: str, person: str, store: Store) -> str:
        """The process that has the value for that person; empty where none has it any more."""
        known = store.handed_over.find(ticket)
        if known is None or known.person_id not in ("", person) or known.until <= self._clock():
            return ""
        if known.process == store.presence.name:
            return known.process if self.has(ticket, person) else ""
        return known.process if store.presence.alive(known.process) else ""

    def _has_room(self, ticket: str, person: str) -> None:
        """Raises BadInput. A value that replaces another one takes no more room."""
        if ticket in self._held:
            return
        own = [held.until for held in self._held.values() if person and held.person == person]
        if len(own) >= MOST_OF_ONE:
            raise BadInput(
                f"{len(own)} values that you entered wait to be used; more are not kept.",
                "Have those approved or used first: `/pitchey operations --state requested`. "
                f"The oldest is forgotten at {date(min(own), '{time}')}.",
            )
        if len(self._held) >= MOST:
            ends = date(min(held.until for held in self._held.values()), "{time}")
            raise BadInput(
                "Too many values wait to be used.", f"The oldest is forgotten at {ends}."
            )

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
