"""When this process runs, kept in the store; a run that was cut off is told by the next one."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
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
KNOWN_AFTER = 15.0  # seconds: longer than a lease of the store, and those killed with it
KILLED_WITH_IT = 3.0  # seconds: their leases end so much later at most, renewed each 2.5 s
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
        process = self._store.presence.sign_in("bot")
        place = f"{socket.gethostname()}:{os.getpid()}"
        self._run = self._store.runs.begin(bot_version(), self._transport, now, process, place)
        self._telling = asyncio.create_task(self._tell(now, late))
        self._beating = asyncio.create_task(self._keep_beating())
        settle_memory()

    def beat(self) -> None:
        """A sign of life, for the next run and for `/pitchey status`."""
        try:
            process = self._store.presence.name
            self._store.runs.beat(self._run, datetime.now(UTC), self._contact(), process)
        except OpsError as error:
            log.warning("no sign of life could be noted: %s", error)

    def leave(self) -> None:
        """Tell the other copies that this one takes nothing new."""
        try:
            self._store.runs.leave(self._run, datetime.now(UTC))
        except OpsError as error:
            log.warning("that this process leaves could not be noted: %s", error)

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

    async def _known(self) -> None:
        """Until it is known whether the process before is another copy, or was killed.

        Where the store is PostgreSQL, a killed one counts as alive for a while.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(KNOWN_AFTER):
                await self._outbox.delivering.wait()
                before = self._store.runs.latest(before=self._run)
                counted = False
                while before and self._store.presence.alive(before.process):
                    await asyncio.sleep(1.0)
                    counted = True
                if counted:
                    await asyncio.sleep(KILLED_WITH_IT)

    async def _tell(self, started: datetime, late: OutboxCounts) -> None:
        try:
            await self._known()
            restarts.tell(
                self._store, self._outbox, self._channel, self._run, started, late.waiting
            )
        except OpsError as error:
            log.error("the downtime could not be told: %s", error)
