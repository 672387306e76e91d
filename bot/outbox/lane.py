"""One channel's messages, one after the other; the next begins when the one before is settled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.outbox import refusals
from bot.outbox.pace import REAL, Bucket, Clock, pause
from bot.outbox.wire import NotNow, PictureRefused, RefusedForGood, Wire
from bot.store.outbox_rows import THREAD_OF, OutboxMessage, State

if TYPE_CHECKING:
    from bot.store.outbox import StoredMessages

log = logging.getLogger(__name__)
LOOK_AGAIN = 1.0  # seconds: somebody may have asked to try at once
# So long Slack may fail at one message while it takes others; then another form is tried. Not a
# number of attempts: where every second call fails, one message in a thousand meets ten in a row.
LONG_ENOUGH = timedelta(minutes=5)
MOST_LOOKS_AT_PICTURES = 8  # two seconds apart; Slack reads an upload in one or two


@dataclass(slots=True)
class Lane:
    """Delivers what waits in one channel. `id` is Slack's, or a name that could not be found."""

    id: str
    store: StoredMessages
    wire: Wire
    names: Callable[[], tuple[str, ...]]  # everything this channel is called in the store
    clock: Clock = REAL
    bucket: Bucket = field(default_factory=Bucket)
    lost: Callable[[], bool] = lambda: False  # whether another process delivers by now
    posting: bool = False  # a message is on its way to Slack

    async def run(self) -> None:
        """Return once nothing waits here; raises OpsError where the store fails."""
        while (message := self.store.head(self.names())) is not None and not self.lost():
            due = (message.next_at - self.clock.now()).total_seconds()
            wait = max(due, self.bucket.wait(self.clock.monotonic()))
            if wait > 0:
                await self.clock.sleep(min(wait, LOOK_AGAIN))
            else:
                self.posting = True
                try:
                    await self._deliver(message)
                finally:
                    self.posting = False

    async def _deliver(self, message: OutboxMessage) -> None:
        try:
            channel, ts = await self._sent(message)
        except NotNow as later:
            self._not_now(message, later)
        except RefusedForGood as refused:
            self._refused(message, refused.code, refused.reason)
        else:
            self.bucket.take(self.clock.monotonic())
            self.store.sent(message, channel, ts, self.clock.now())

    async def _sent(self, message: OutboxMessage) -> tuple[str, str]:
        first = self.store.find(message.update_of) if message.update_of else None
        text, blocks = refusals.content(message)
        if first is not None and first.state is State.SENT:
            self.store.begin(message, self.clock.now())
            await self.wire.edit(first.sent_to, first.ts, text, blocks)
            return first.sent_to, first.ts
        if message.edit_only and (first is None or first.state is State.FAILED):
            raise RefusedForGood("message_not_found", "the message it edits did not arrive")
        if first is not None and first.state is not State.FAILED:
            # In another channel by now, and not settled there.
            raise NotNow("the message it edits is not sent yet", sure=True, wait=1.0, failed=False)
        thread = self._thread(message)
        if message.state is State.SENDING and (ts := await self._found(message, thread)):
            log.info("%s had arrived before the bot could note it", message.key)
            return self.id, ts
        self.store.begin(message, self.clock.now())
        return await self.wire.post(self.id, text, blocks, message.key, thread)

    def _thread(self, message: OutboxMessage) -> str:
        """The ts of the thread's first message; raises NotNow while that one is on its way."""
        if not message.thread_ts.startswith(THREAD_OF):
            return message.thread_ts
        first = self.store.find(message.thread_ts.removeprefix(THREAD_OF))
        if first is not None and first.state in (State.WAITING, State.SENDING):
            raise NotNow("its thread is not begun yet", sure=True, wait=1.0, failed=False)
        # Where the first message was refused, or went elsewhere, the reply stands by itself.
        return first.ts if first is not None and first.sent_to == self.id else ""

    async def _found(self, message: OutboxMessage, thread: str) -> str:
        since = message.began_at or message.created_at
        try:
            return await self.wire.find(self.id, thread, message.key, since)
        except RefusedForGood as refused:
            log.warning("whether %s arrived cannot be known: %s", message.key, refused)
        except NotNow as later:
            if "missing_scope" not in later.reason:
                raise NotNow(
                    later.reason, sure=False, wait=later.wait, failed=later.failed
                ) from later
            # A direct message's history needs a permission of its own: better twice than never.
            log.warning("whether %s arrived cannot be known: %s", message.key, later.reason)
        return ""

    def _not_now(self, message: OutboxMessage, later: NotNow) -> None:
        now = self.clock.now()
        if isinstance(later, PictureRefused) and message.attempts + 1 >= MOST_LOOKS_AT_PICTURES:
            self._refused(message, refusals.PICTURE_REFUSED, later.reason)
            return
        began = message.began_at if message.state is State.SENDING else None
        stuck = began is not None and now - began > LONG_ENOUGH and self.store.sent_since(began)
        if stuck and later.failed and not later.sure:
            self._refused(message, refusals.NO_ANSWER, later.reason)
            return
        wait = later.wait if later.wait is not None else self._pause(message)
        log.info("%s waits %.1f s: %s", message.key, wait, later.reason)
        self.store.later(
            message,
            now + timedelta(seconds=wait),
            later.reason,
            sure=later.sure,
            count=later.failed,
        )

    def _pause(self, message: OutboxMessage) -> float:
        return pause(message.attempts, lively=self.wire.lively)

    def _refused(self, message: OutboxMessage, code: str, reason: str) -> None:
        why = refusals.explained(code, reason)
        course = refusals.course_after(message, code)
        if course is None:
            log.error("%s could not be delivered: %s", message.key, why)
            self.store.fail(message, why)
            return
        log.warning("%s takes another way: %s", message.key, why)
        self.store.divert(message, course, problem=why, now=self.clock.now())
