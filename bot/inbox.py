"""Deliveries on their way in: those that arrive together are claimed in one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.command import Invocation, Person, Surface
from bot.errors import OpsError
from bot.store import Claim

if TYPE_CHECKING:
    from bot.observability import Observability
    from bot.payloads import Request
    from bot.store import Store

log = logging.getLogger(__name__)
FINISH_WITHIN = 0.02  # seconds; a crash in between tells a person once more, and loses nothing
KEPT_TEXT = 500  # characters of the command line kept to tell a person what was cut off
TRY_AGAIN_WITHIN = 0.5  # seconds: Slack waits for three in all
STORE_RESTS = 10.0  # seconds without the store after it failed: it would hold up every answer


def noted(invocation: Invocation, owner: str) -> str:
    """A request as text: enough to tell and to audit it after a crash, and which process has it."""
    person = invocation.person
    kept = (
        invocation.reference,
        person.id,
        person.name,
        invocation.surface.value,
        invocation.text[:KEPT_TEXT],
        invocation.channel,
        invocation.thread_ts,
        owner,
    )
    return json.dumps(kept, separators=(",", ":"))


def recalled(summary: str) -> tuple[Invocation, str]:
    """What `noted` kept, and the owner; raises ValueError for text that is not its."""
    reference, person, name, surface, text, channel, thread_ts, owner = json.loads(summary)
    return (
        Invocation(reference, Person(person, name), Surface(surface), text, channel, thread_ts),
        str(owner),
    )


def owned_by(summary: str, owner: str) -> str:
    """The same summary, with another process as its owner; raises ValueError."""
    *rest, _ = json.loads(summary)
    return json.dumps([*rest, owner], separators=(",", ":"))


class Inbox:
    """Claims before the acknowledgement, finishes after the answer; one per process."""

    def __init__(
        self, store: Store, observability: Observability, redact: Callable[[str], str]
    ) -> None:
        self._store = store
        self._observability = observability
        self._redact = redact  # a secret that was typed must not be kept beside its audit entry
        self._claims: list[tuple[Claim, asyncio.Future[bool]]] = []
        self._finished: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._rests_until = 0.0

    async def claim(self, request: Request) -> bool:
        """True once this delivery is ours and in the store; False where it was handled before."""
        asked = request.invocation
        shown = replace(asked, text=self._redact(asked.text))
        summary = noted(shown, self._store.presence.name)
        return await self.claim_as(Claim(request.delivery, summary, request.destination.to_text()))

    async def claim_as(self, claim: Claim) -> bool:
        """As `claim`, for a delivery that asks for no answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        if not self._claims:
            loop.call_soon(self.flush)
        self._claims.append((claim, answer))
        new = await answer
        if not new:
            self._observability.duplicate()
            log.info("%s was delivered again", claim.delivery_id)
        return new

    def finish(self, delivery: str) -> None:
        """The person was answered; written with the next claim, or within FINISH_WITHIN."""
        self._finished.append(delivery)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FINISH_WITHIN, self.flush)

    def flush(self) -> None:
        """Write what waits, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        claims, self._claims = self._claims, []
        finished, self._finished = self._finished, []
        if not claims and not finished:
            return
        for (_, answer), new in zip(claims, self._written(claims, finished), strict=True):
            if not answer.done():
                answer.set_result(new)

    def _written(
        self, claims: list[tuple[Claim, asyncio.Future[bool]]], finished: list[str]
    ) -> tuple[bool, ...]:
        all_new = (True,) * len(claims)
        if time.monotonic() < self._rests_until:
            return all_new
        wanted, began = [claim for claim, _ in claims], time.monotonic()
        for again in (False, True):
            try:
                return self._store.deliveries.exchange(
                    wanted, finished, datetime.now(UTC), again=again
                )
            except OpsError as error:
                log.error("deliveries could not be recorded: %s", error)
                # A connection that was cut fails at once, and the next one is another one.
                if time.monotonic() - began > TRY_AGAIN_WITHIN:
                    break
        # Asking must work with a full disk too: at worst the same person is answered twice.
        self._rests_until = time.monotonic() + STORE_RESTS
        return all_new
