"""Trigger ids: the right to open one modal within three seconds of an act."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from bot.sandbox.workspace.clock import Clock
from bot.sandbox.workspace.refusal import Refusal

LIFETIME = 3.0  # seconds

# The client window in which somebody acts now; empty for an act that has none. A modal belongs
# to the window of the act that its trigger came from.
WINDOW: ContextVar[str] = ContextVar("window", default="")


@dataclass(slots=True)
class Trigger:
    id: str
    person_id: str
    expires: float
    view_id: str = ""  # the modal the act happened in
    window: str = ""
    used: bool = False


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, person_id: str, view_id: str = "") -> str:
        now = self._clock.now()
        trigger = Trigger(
            id=f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}",
            person_id=person_id,
            expires=now + LIFETIME,
            view_id=view_id,
            window=WINDOW.get(),
        )
        self._issued[trigger.id] = trigger
        return trigger.id

    def look(self, trigger_id: str) -> Trigger:
        """The trigger while it may still be exchanged; Refusal otherwise."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() > trigger.expires:
            raise Refusal("expired_trigger_id")
        return trigger
