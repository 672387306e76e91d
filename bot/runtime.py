"""What work behind the commands may use: schedules, listeners of events, webhooks, the Home tab."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.command import Invocation, Reply
from bot.errors import OpsError
from bot.handover import Handover

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.command import Catalogue
    from bot.directory import Directory
    from bot.events import Event, Events
    from bot.messages import Messages
    from bot.observability import Observability
    from bot.redaction import Redactor
    from bot.rooms import Rooms
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)


async def _nowhere(_invocation: Invocation) -> Reply:
    raise OpsError("Commands cannot be run here.", permanent=True)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Runtime:
    """One per process. `rooms` and `directory` are None in a process without Slack (a terminal).

    `run` carries out an invocation as if its person had typed it: authorised, guarded, audited;
    its reply is answered and shown to nobody.
    """

    settings: Settings
    clients: Clients
    store: Store
    catalogue: Catalogue
    redactor: Redactor
    observability: Observability
    messages: Messages
    events: Events
    rooms: Rooms | None = None
    directory: Directory | None = None
    run: Callable[[Invocation], Awaitable[Reply]] = _nowhere
    clock: Callable[[], datetime] = _utc_now
    started_at: datetime = field(default_factory=_utc_now)
    leaving: bool = False  # this process takes nothing new and ends soon
    handover: Handover = field(init=False, repr=False)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.handover = Handover(self.redactor, self.now)

    def now(self) -> datetime:
        """Aware UTC, by the clock of this process; a test may set another one."""
        return self.clock()

    def publish(self, event: Event) -> None:
        """Tell the other features; inside a running event loop."""
        self.events.publish(self, event)

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let it run beside everything else; a fault is logged, a shutdown cancels it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def aclose(self) -> None:
        """Handle the events that wait, and end what runs beside."""
        await self.events.aclose()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed: %r", task.get_name(), error, exc_info=error)
