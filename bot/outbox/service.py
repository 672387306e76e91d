"""The outbox of one process: takes messages, finds their channels, runs a lane for each."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.messages import Messages
from bot.outbox.lane import Lane
from bot.outbox.pace import REAL, Clock, pause
from bot.outbox.wire import NotNow, RefusedForGood, Wire
from bot.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.command import Block
    from bot.observability import Observability
    from bot.settings import Settings
    from bot.slack_calls import Slack
    from bot.store import Store

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds; other processes store messages too
ARRIVES_WITHIN = 2.0  # seconds that a leaving process waits for what it has given to Slack
NAMES_KEPT = 300.0  # seconds; a channel can be renamed


class Outbox:
    """`post` returns once the message is stored; a worker delivers it, even after a restart.

    Messages of a channel arrive in the order they were stored, once each. Where Slack refuses
    one for good, it is sent as text, then to the operations channel, then kept as failed for
    `/pitchey status`. One process delivers at a time; others wait until that one is gone.
    """

    def __init__(
        self,
        store: Store,
        slack: Slack,
        settings: Settings,
        observability: Observability,
        clock: Clock = REAL,
    ) -> None:
        self._store = store.outbox
        self._wire = Wire(slack)
        self._clock = clock
        self._fallback = settings.slack.ops_channel
        redactor = Redactor(settings.secrets.values())
        self._lanes: dict[str, Lane] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ids: dict[str, str] = {}  # by the names that messages were stored with
        self._ids_until = 0.0
        self._name_failures = 0
        self._wake = asyncio.Event()
        self._taken: Callable[[], bool] = lambda: False  # the right to deliver, by another one
        self._leaving = False
        self.messages = Messages(store, redactor, self._fallback, self._wake.set)
        self._worker: asyncio.Task[None] | None = None
        self.delivering = asyncio.Event()  # set once no other process delivers
        observability.watch_outbox(self._store.counts)

    def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        key: str,
        thread_ts: str = "",
        update_of: str = "",
    ) -> None:
        """Store a message, power-cut safe; raises OpsError where the store cannot take it.

        `channel` is an id, a #name or a person's id. The same `key` again changes nothing.
        `update_of` is the key of an earlier message, which this one then replaces.
        """
        self.messages.post(channel, text, blocks, key=key, thread_ts=thread_ts, update_of=update_of)

    def delivered(self, key: str) -> str | None:
        """The ts of the message of that key; None while it has not arrived."""
        found = self.messages.delivered(key)
        return found.ts if found is not None else None

    def start(self) -> None:
        """Deliver in the background until `aclose`."""
        self._worker = asyncio.create_task(self.run())

    async def aclose(self, seconds: float = 0.5) -> None:
        """Deliver what can be within so many seconds, then stop; the rest waits in the store."""
        if self._worker is None:
            return
        try:
            if self.delivering.is_set():
                await self.flush(seconds)
        except OpsError as error:
            log.error("the outbox cannot be read: %s", error)
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)

    async def hand_over(self) -> None:
        """Let another process deliver from now on, once what is on its way has arrived."""
        if self._worker is None:
            return
        if self.delivering.is_set():
            self._leaving = True
            self._wake.set()
            await asyncio.wait((self._worker,), timeout=2 * ARRIVES_WITHIN)
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        self._worker = None

    async def run(self) -> None:
        """Deliver until cancelled."""
        lock = self._store.worker_lock()
        self._taken = lock.lost
        try:
            while True:
                try:
                    with suppress(TimeoutError), lock.held():
                        self.delivering.set()
                        await self._deliver()
                except OpsError as error:
                    log.error("the right to deliver cannot be asked for: %s", error)
                finally:
                    # Another process delivers now, or will: what is under way here is in doubt,
                    # and that one asks Slack about it.
                    self.delivering.clear()
                    await self._stop_lanes()
                if self._leaving:
                    return
                await asyncio.sleep(LOOK_EVERY)
        finally:
            lock.close()

    async def flush(self, seconds: float) -> None:
        """Wait until everything that can be tried within so many seconds has been delivered."""
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        self._wake.set()
        while datetime.now(UTC) < ends:
            counts = self._store.counts()
            if counts.next_at is None or counts.next_at > ends:
                return
            await asyncio.sleep(0.02)

    def _lost(self) -> bool:
        return self._leaving or self._taken()

    async def _deliver(self) -> None:
        while not self._lost():
            self._wake.clear()
            try:
                await self._start_lanes()
            except OpsError as error:
                log.error("the outbox cannot be read: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
        if self._leaving:
            await self._empty_hands()

    async def _empty_hands(self) -> None:
        """Let what is on its way arrive, so that nobody has to ask Slack about it."""
        posting = {self._running[place] for place in self._running if self._lanes[place].posting}
        for place in tuple(self._running):
            if not self._lanes[place].posting:
                self._running[place].cancel()
        if posting:
            await asyncio.wait(posting, timeout=ARRIVES_WITHIN)

    async def _start_lanes(self) -> None:
        channels = self._store.channels()
        await self._find_names(channels)
        for channel in channels:
            place = self._ids.get(channel, channel)
            if place in self._running or not self._known(channel):
                continue
            lane = self._lanes.setdefault(place, self._lane(place))
            task = asyncio.create_task(lane.run())
            self._running[place] = task
            task.add_done_callback(partial(self._ended, place))

    def _lane(self, place: str) -> Lane:
        def names() -> tuple[str, ...]:
            return (place, *(name for name, found in self._ids.items() if found == place))

        return Lane(place, self._store, self._wire, names, self._clock, lost=self._lost)

    def _ended(self, place: str, task: asyncio.Task[None]) -> None:
        del self._running[place]
        if not task.cancelled() and (error := task.exception()):
            # The next look, within LOOK_EVERY, starts the lane again.
            log.error("delivery to %s stumbled: %r", place, error, exc_info=error)

    async def _stop_lanes(self) -> None:
        lanes = tuple(self._running.values())
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)

    def _known(self, channel: str) -> bool:
        return not channel.startswith("#") or channel in self._ids

    async def _find_names(self, channels: Sequence[str]) -> None:
        """#ops and its id are one channel: one order, one pace. Slack knows which is which."""
        named = [channel for channel in channels if channel.startswith("#")]
        now = time.monotonic()
        if all(name in self._ids for name in named) and (not named or now < self._ids_until):
            return
        try:
            found = await self._wire.channels()
        except NotNow as later:
            if "missing_scope" in later.reason:
                found = {}
            else:
                self._name_failures += 1
                await asyncio.sleep(later.wait or pause(self._name_failures))
                return
        except RefusedForGood as refused:
            log.warning("the bot's channels cannot be listed: %s", refused)
            found = {}
        self._name_failures = 0
        # A name that Slack does not list is tried as it is: Slack then says what is wrong.
        self._ids = {name: found.get(name, name) for name in {*self._ids, *named}}
        self._ids_until = now + NAMES_KEPT
