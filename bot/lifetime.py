"""When this process runs, kept in the store; a run that was cut off is told by the next one."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from bot import restarts
from bot.errors import OpsError

if TYPE_CHECKING:
    from bot.outbox import Outbox
    from bot.settings import Settings
    from bot.store import OutboxCounts, Store

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 15  # a downtime is told this exactly; one small write without an fsync
Contact = Callable[[], datetime | None]


def bot_version() -> str:
    """This bot's version; "unknown" where it runs without being installed."""
    try:
        return version("pitchey-ops-bot")
    except PackageNotFoundError:
        return "unknown"


def settle_memory() -> None:
    """What is loaded at the start stays: a full collection that looks through all of it again
    would hold up every answer for some 50 ms."""
    gc.collect()
    gc.freeze()


class Lifetime:
    """One run of the bot. `contact` says when Slack was last heard of."""

    def __init__(
        self, store: Store, outbox: Outbox, settings: Settings, transport: str, contact: Contact
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._channel = settings.slack.ops_channel
        self._transport = transport
        self._contact = contact
        self._run = 0
        self._telling: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Note the start; raises OpsError where the store cannot take it."""
        now = datetime.now(UTC)
        late = self._store.outbox.counts()
        self._run = self._store.runs.begin(bot_version(), self._transport, now)
        self._telling = asyncio.create_task(self._tell(now, late))
        self._beating = asyncio.create_task(self._keep_beating())
        settle_memory()

    def beat(self) -> None:
        """A sign of life, for the next run and for `/pitchey status`."""
        try:
            self._store.runs.beat(self._run, datetime.now(UTC), self._contact())
        except OpsError as error:
            log.warning("no sign of life could be noted: %s", error)

    async def stop(self) -> None:
        """Tell nothing any more."""
        tasks = [task for task in (self._telling, self._beating) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def end(self) -> None:
        """The end was a clean one: nobody needs to be told."""
        try:
            self._store.runs.end(self._run, datetime.now(UTC))
        except OpsError as error:
            log.warning("the end of this run could not be noted: %s", error)

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self.beat()

    async def _tell(self, started: datetime, late: OutboxCounts) -> None:
        # Until then another process may be alive, and an open run be no crash.
        await self._outbox.delivering.wait()
        try:
            restarts.tell(
                self._store, self._outbox, self._channel, self._run, started, late.waiting
            )
        except OpsError as error:
            log.error("the downtime could not be told: %s", error)
