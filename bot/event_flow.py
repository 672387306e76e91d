"""Slack's events on their way to the features: claimed once, and not lost in a crash."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import payload_events
from bot.inbox import NotKept
from bot.payload_fields import Unreadable
from bot.store import Claim

if TYPE_CHECKING:
    from bot.events import Event
    from bot.inbox import Inbox
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
_FROM = "events"  # what a claim of one says where others say where the answer goes


class EventFlow:
    """Publishes each event once; what a killed process had claimed is published by the next."""

    def __init__(self, runtime: Runtime, inbox: Inbox) -> None:
        self._runtime = runtime
        self._inbox = inbox

    async def take(self, body: Mapping[str, Any]) -> bool:
        """Claim and publish it; answers, as soon as that is known, whether to acknowledge it.

        What the store has not taken yet is not: it is published once the store does, and where
        this process ends before that, Slack delivers it again.
        """
        event = _read(body)
        if event is None or not self._runtime.events.wanted(event):
            return True
        delivery = payload_events.identity(body)
        owner = self._runtime.store.presence.name
        kept = json.dumps({"owner": owner, "body": payload_events.needed(body)})
        try:
            if await self._inbox.claim_as(Claim(delivery, kept, _FROM)):
                self._publish(delivery, event)
        except NotKept as error:
            log.warning("an event has to wait: %s", error)
            error.later.add_done_callback(partial(self._kept, delivery, event))
            return False
        return True

    def recover(self, delivery: str, summary: str) -> bool:
        """Publish what `take` had claimed in a process that is gone; False for other claims."""
        try:
            kept = json.loads(summary)
            owner, body = kept["owner"], kept["body"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return False
        store = self._runtime.store
        if not store.presence.alive(owner):
            ours = json.dumps({"owner": store.presence.sign_in("bot"), "body": body})
            if not store.deliveries.adopt(delivery, summary, ours):
                return True
            event = _read(body)
            if event is None:
                self._inbox.finish(delivery)
            else:
                self._publish(delivery, event)
        return True

    def _kept(self, delivery: str, event: Event, answer: asyncio.Future[bool]) -> None:
        if not answer.cancelled() and answer.result():
            self._publish(delivery, event)

    def _publish(self, delivery: str, event: Event) -> None:
        self._runtime.events.publish(self._runtime, event, lambda: self._inbox.finish(delivery))


def _read(body: Mapping[str, Any]) -> Event | None:
    try:
        return payload_events.event_of(body)
    except Unreadable as error:
        log.warning("an event was not worked on: %s", error)
        return None
