"""What happened, as typed values: features tell each other by these and by nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import AuditEntry

log = logging.getLogger(__name__)
Handled = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is aware UTC: when it happened, which may be before it became known."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Audited(Event):
    """Something was written to the audit log. The log is the record; this only wakes readers."""

    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class AlertChanged(Event):
    """`state` is firing, acknowledged or resolved; `alert` is its id, as in `alerts show`."""

    alert: str
    rule: str
    title: str
    severity: str
    state: str
    environment: str
    summary: str


@dataclass(frozen=True, slots=True)
class IncidentChanged(Event):
    """`change` names what changed: declared, severity, status, commander, closed, …"""

    incident: str
    title: str
    severity: str
    kind: str
    status: str
    channel: str
    change: str
    drill: bool
    private: bool


@dataclass(frozen=True, slots=True)
class DeploymentFinished(Event):
    """`outcome` is succeeded, failed or rolled back; versions are the platform's ids."""

    environment: str
    version: str
    previous: str
    outcome: str
    person_name: str


@dataclass(frozen=True, slots=True)
class CachePurged(Event):
    """`kind` is url, prefix, tag, host, pattern, keys or everything; `count` values of it went.

    `tiers` are "edge" and "redis".
    """

    environment: str
    kind: str
    count: int
    tiers: tuple[str, ...]
    person_name: str


@dataclass(frozen=True, slots=True)
class MaintenanceChanged(Event):
    """Maintenance mode of an environment: `change` is on, longer, off, or kept.

    `until` is when it is to end; `kept` is off without a deployment, since somebody else's is live.
    """

    environment: str
    change: str
    until: datetime
    message: str
    planned: bool
    person_name: str


@dataclass(frozen=True, slots=True)
class ReactionAdded(Event):
    """Somebody reacted to the message `ts` of a channel; `emoji` is its name without colons."""

    person_id: str
    emoji: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class MessageChanged(Event):
    """A message has another text now; `before` is what it said, where Slack tells."""

    channel: str
    ts: str
    text: str
    before: str


@dataclass(frozen=True, slots=True)
class MessageDeleted(Event):
    channel: str
    ts: str
    before: str


@dataclass(frozen=True, slots=True)
class ChannelArchived(Event):
    """`person_id` archived it, or deleted it: `gone` is True then."""

    channel: str
    person_id: str
    gone: bool


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    channel: str
    person_id: str


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    channel: str
    person_id: str


@dataclass(frozen=True, slots=True)
class Listener:
    """`handle` is called for each event of that type, one after the other, in their order.

    It must be quick (a write to the store, a message to the outbox); what takes longer goes
    through `runtime.background`.
    """

    event: type[Event]
    handle: Callable[[Runtime, Any], Awaitable[None]]


class Events:
    """Carries events to the listeners of every feature; one per process."""

    def __init__(self, listeners: tuple[Listener, ...]) -> None:
        self._listeners = listeners
        self._waiting: asyncio.Queue[tuple[Runtime, Event, Handled]] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    def listen(self, listener: Listener) -> None:
        """Add one of the house's own, after those of the features."""
        self._listeners = (*self._listeners, listener)

    def wanted(self, event: Event) -> bool:
        """Whether anybody listens to its type."""
        return any(isinstance(event, listener.event) for listener in self._listeners)

    def publish(self, runtime: Runtime, event: Event, handled: Handled = lambda: None) -> None:
        """Returns at once; inside a running event loop. `handled` is called after the last."""
        if not self.wanted(event):
            handled()
            return
        self._waiting.put_nowait((runtime, event, handled))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._carry())

    async def settled(self) -> None:
        """Wait until every event published so far was handled."""
        await self._waiting.join()

    async def aclose(self, seconds: float = 2.0) -> None:
        """Handle what waits within so many seconds, then stop."""
        try:
            async with asyncio.timeout(seconds):
                await self.settled()
        except TimeoutError:
            log.warning("%d events were not handled before the stop", self._waiting.qsize())
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _carry(self) -> None:
        while True:
            runtime, event, handled = await self._waiting.get()
            try:
                for listener in self._listeners:
                    if isinstance(event, listener.event):
                        await self._handle(listener, runtime, event)
                handled()
            finally:
                self._waiting.task_done()

    async def _handle(self, listener: Listener, runtime: Runtime, event: Event) -> None:
        try:
            await listener.handle(runtime, event)
        except Exception:
            # One feature's fault must not keep the event from the others.
            log.exception("%s was not handled by %r", type(event).__name__, listener.handle)
