"""A live log in a channel: one message, brought up to date until its end and ended with it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.store import LiveLog
from handlers.logs.grouping import Groups
from handlers.logs.result import ERROR, WARNING, Entry, Group, Watch
from handlers.logs.views_live import live_message, sample_message
from handlers.logs.watching import tail_of, watch

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
UPDATE_SECONDS = 2.0  # Slack takes about one change of a message a second, in a whole channel
SAMPLES = 5  # in the thread


class LiveMessage:
    """The message of one live log: posted once, and changed where something has changed."""

    def __init__(
        self, runtime: Runtime, record: LiveLog, found: Watch, again: str, thread_ts: str
    ) -> None:
        self._runtime = runtime
        self._record = record
        self._found = found
        self._again = again
        self._thread_ts = thread_ts
        self._revision = 0
        self._shown: object = None
        self._samples = 0
        self._waiting: deque[Group] = deque()

    def post(self) -> None:
        """Raises OpsError where the store does not take it."""
        text, blocks = self._drawn()
        self._shown = blocks
        self._runtime.messages.post(
            self._record.channel,
            text,
            blocks,
            key=self._record.key,
            thread_ts=self._thread_ts,
        )

    def update(self) -> None:
        text, blocks = self._drawn()
        if blocks == self._shown:
            return
        self._shown = blocks
        self._revision += 1
        key = self._record.key
        self._runtime.messages.post(
            self._record.channel,
            text,
            blocks,
            key=f"{key}:{self._revision}",
            update_of=key,
            latest=True,
        )

    def seen(self, _entry: Entry, new: Group | None) -> None:
        """A failure that was not there before gets a sample in the thread."""
        if new is None or new.level not in (ERROR, WARNING):
            return
        if self._samples + len(self._waiting) < SAMPLES:
            self._waiting.append(new)

    def show_sample(self) -> bool:
        """Post one of those that wait; False where none does.

        One after each update: a channel takes a message a second, and the update comes first.
        """
        if not self._waiting:
            return False
        self._samples += 1
        text, blocks = sample_message(self._waiting.popleft())
        key = self._record.key
        self._runtime.messages.post(
            self._record.channel,
            text,
            blocks,
            key=f"{key}:sample:{self._samples}",
            thread_ts=self._thread_ts,
            thread_of="" if self._thread_ts else key,
        )
        return True

    def _drawn(self) -> tuple[str, list[dict[str, object]]]:
        return live_message(self._found, self._record.number, self._again)


async def run(
    runtime: Runtime, record: LiveLog, found: Watch, message: LiveMessage, seconds: float
) -> None:
    """Watch until the end; the message and the store know of it however it comes."""
    live_logs = runtime.store.live_logs
    updating = asyncio.create_task(_keep_updating(message))
    try:
        await watch(
            tail_of(runtime, record.script),
            found,
            Groups(),
            message.seen,
            _stopper(runtime, record, found),
            seconds,
            runtime.now,
        )
    finally:
        updating.cancel()
        await asyncio.gather(updating, return_exceptions=True)
        try:
            message.update()
            while message.show_sample():
                pass
        finally:
            live_logs.end(record.number, runtime.now())


def _stopper(runtime: Runtime, record: LiveLog, found: Watch) -> Callable[[], bool]:
    """Whether somebody asked for its end, in this process or another one on the store."""

    def stopped() -> bool:
        try:
            now = runtime.store.live_logs.find(record.number)
        except OpsError:
            return False  # a store that is busy does not end it
        found.stopper = now.stopper if now else ""
        return bool(now and now.stopper)

    return stopped


async def _keep_updating(message: LiveMessage) -> None:
    while True:
        await asyncio.sleep(UPDATE_SECONDS)
        try:
            message.update()
            message.show_sample()
        except OpsError as error:
            log.info("a live log could not be shown: %s", error)
