"""Deliveries on their way in: those that arrive together are claimed in one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.command import Invocation, Person, Surface
from bot.errors import OpsError, Unreachable
from bot.store import Claim

if TYPE_CHECKING:
    from bot.observability import Observability
    from bot.payloads import Request
    from bot.store import Store

log = logging.getLogger(__name__)
FINISH_WITHIN = 0.02  # seconds; a crash in between tells a person once more, and loses nothing
KEPT_TEXT = 500  # characters of the command line kept to tell a person what was cut off
TRY_AGAIN_WITHIN = 1.0  # seconds: a try that took longer is not made again at once
KEEP_TRYING = 1.0  # seconds until a delivery counts as not kept: Slack waits for three in all
RESTS = 0.1  # seconds until the next try, at first
RESTS_LONGER = 1.0  # seconds, once it has failed for LONG: each try holds everything up a little
LONG = 5.0  # seconds
MOST_KEPT = 1_000  # deliveries that a store did not take, the newest


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


class NotKept(Unreachable):
    """The store has not taken a delivery in time, and a crash now would lose it.

    `later` says once it does whether the delivery was ours; it is cancelled where that is given up.
    """

    def __init__(self, later: asyncio.Future[bool]) -> None:
        super().__init__("The bot's own store takes nothing at the moment.", "Try once more.")
        self.later = later


@dataclass(slots=True)
class _Waiting:
    """A delivery that the store has not taken yet; `tried` where it may have, unheard."""

    claim: Claim
    answer: asyncio.Future[bool]
    tried: bool = False


class Inbox:
    """Claims before the acknowledgement, finishes after the answer; one per process."""

    def __init__(
        self, store: Store, observability: Observability, redact: Callable[[str], str]
    ) -> None:
        self._store = store
        self._observability = observability
        self._redact = redact  # a secret that was typed must not be kept beside its audit entry
        self._waiting: list[_Waiting] = []
        self._finished: list[str] = []
        self._withdrawn: list[str] = []  # never begun, and perhaps in the store
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False
        self._rests_until = 0.0
        self._failing_since: float | None = None

    async def claim(self, request: Request) -> bool:
        """True once this delivery is ours and in the store; False where it was handled before.

        Raises NotKept where the store does not take it in time.
        """
        asked = request.invocation
        shown = replace(asked, text=self._redact(asked.text))
        summary = noted(shown, self._store.presence.name)
        return await self.claim_as(Claim(request.delivery, summary, request.destination.to_text()))

    async def claim_as(self, claim: Claim) -> bool:
        """As `claim`, for a delivery that asks for no answer."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(_Waiting(claim, answer))
        if not self._soon:
            self._soon = True
            loop.call_soon(self.flush)
        await asyncio.sleep(0)  # a store that works has taken it by now
        if not answer.done():
            await asyncio.wait((answer,), timeout=0.0 if self._out else KEEP_TRYING)
        if not answer.done() or answer.cancelled():
            raise NotKept(answer)
        if not answer.result():
            self._observability.duplicate()
            log.info("%s was delivered again", claim.delivery_id)
        return answer.result()

    def finish(self, delivery: str) -> None:
        """The person was answered; written with the next claim, or within FINISH_WITHIN."""
        self._finished.append(delivery)
        self._flush_within(FINISH_WITHIN)

    def give_up(self, delivery: str) -> None:
        """It was not begun, and its person knows: a second attempt is to count as a new one."""
        kept = [each for each in self._waiting if each.claim.delivery_id != delivery]
        if len(kept) == len(self._waiting):  # the store took it meanwhile
            self.finish(delivery)
            return
        self._waiting = kept
        self._withdrawn.append(delivery)
        self._flush_within(FINISH_WITHIN)

    def flush(self, *, last: bool = False) -> None:
        """Write what waits, now, unless the store rests; the `last` time it is tried all the same.

        What the store does not take is kept, and written once it does.
        """
        self._soon = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting and not self._finished and not self._withdrawn:
            return
        if not last and time.monotonic() < self._rests_until:
            self._flush_within(self._rests_until - time.monotonic())
        elif not self._written():
            self._keep()

    @property
    def _out(self) -> bool:
        """Whether the store has failed for so long that waiting for it helps nobody."""
        since = self._failing_since
        return since is not None and time.monotonic() - since > KEEP_TRYING

    def _flush_within(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.flush)

    def _written(self) -> bool:
        """Whether the store took what waits: tried twice, since a cut connection fails at once and
        the next one is another one."""
        began, claims = time.monotonic(), [each.claim for each in self._waiting]
        while True:
            tried = sum(each.tried for each in self._waiting)  # the first ones of the list
            try:
                first = self._store.deliveries.exchange(
                    claims,
                    self._finished,
                    datetime.now(UTC),
                    tried=tried,
                    withdrawn=self._withdrawn,
                )
            except OpsError as error:
                now = time.monotonic()
                for each in self._waiting:
                    each.tried = True
                if self._failing_since is None:  # once an outage: it is tried often
                    log.error("deliveries cannot be recorded: %s", error)
                    self._failing_since = now
                if now - began > TRY_AGAIN_WITHIN or tried == len(claims):
                    long = now - self._failing_since > LONG
                    self._rests_until = now + (RESTS_LONGER if long else RESTS)
                    return False
            else:
                for each, new in zip(self._waiting, first, strict=True):
                    if not each.answer.done():
                        each.answer.set_result(new)
                if self._failing_since is not None:
                    log.info("deliveries are recorded again")
                self._waiting, self._finished, self._withdrawn = [], [], []
                self._failing_since, self._rests_until = None, 0.0
                return True

    def _keep(self) -> None:
        for each in self._waiting[:-MOST_KEPT]:
            each.answer.cancel()
        self._waiting = self._waiting[-MOST_KEPT:]
        self._finished = self._finished[-MOST_KEPT:]
        self._withdrawn = self._withdrawn[-MOST_KEPT:]
        self._flush_within(max(FINISH_WITHIN, self._rests_until - time.monotonic()))
