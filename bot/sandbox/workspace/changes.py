"""What just changed, for whoever draws the workspace live."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

Change = dict[str, Any]


class Subscription:
    """An async iterator of changes; close it (or use `with`) when done.

    Each change is a small dict with `kind` and ids, and `person_id` where only one person
    may see it (empty: everybody who is in the channel):
      message   change (new | changed | deleted), channel_id, message_id, ts, thread_ts
      reaction  channel_id, message_id, emoji, by, added
      view      person_id, change (opened | pushed | updated | closed), view_id
      home      person_id, view_id
      channel   channel_id, change (created | renamed | archived | members | topic | pins …)
      record    a new entry of `workspace.record`: entry (its number)
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        change = await self._queue.get()
        if change is None:
            raise StopAsyncIteration
        return change

    def put(self, change: Change | None) -> None:
        self._queue.put_nowait(change)

    def close(self) -> None:
        self._feed.drop(self)
        self._queue.put_nowait(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Feed:
    """Hands every change to every open subscription."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self.number = 0  # of the newest change
        self.latest: dict[str, int] = {}  # message or view id, the number of its last change

    def subscribe(self) -> Subscription:
        subscription = Subscription(self)
        self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def tell(self, kind: str, **ids: Any) -> None:
        self.number += 1
        changed = ids.get("message_id") or ids.get("view_id")
        if changed:
            self.latest[changed] = self.number
        for subscription in tuple(self._subscriptions):
            subscription.put({"kind": kind, **ids})

    def close(self) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.close()
