"""Messages to channels, stored before they are sent; the process connected to Slack sends them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store.outbox_rows import THREAD_OF, State

if TYPE_CHECKING:
    from bot.command import Block
    from bot.redaction import Redactor
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a message stands in Slack: the channel's id and the message's ts."""

    channel: str
    ts: str


def _nobody() -> None:
    return


@dataclass(slots=True)
class Messages:
    """Takes messages from every process, a terminal's too. `wake` tells who delivers them."""

    store: Store
    redactor: Redactor
    fallback: str
    wake: Callable[[], None] = _nobody

    def post(  # noqa: PLR0913 one keyword for each way a message may go
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] = (),
        *,
        key: str,
        thread_ts: str = "",
        thread_of: str = "",
        update_of: str = "",
        latest: bool = False,
        private: bool = False,
        edit_only: bool = False,
    ) -> None:
        """Store a message, power-cut safe; raises OpsError where the store cannot take it.

        `channel` is an id, a #name or a person's id. The same `key` again changes nothing.
        `update_of` is the key of an earlier message, which this one then replaces; with `latest`
        the edits of it that still wait are left out. `thread_of` is the key of the message whose
        thread it goes into, once that one has arrived. A `private` one goes there or nowhere:
        where Slack refuses it, it is not posted to the operations channel instead. With `edit_only`
        it is nothing without the message it edits: where that one is gone, it goes nowhere.
        """
        if thread_of:
            thread_ts = f"{THREAD_OF}{self.open_key(thread_of)}"
        self.store.outbox.add(
            channel,
            self.redactor.text(text),
            self.redactor.json(list(blocks)),
            self.open_key(key),
            thread_ts,
            "" if private or edit_only else self.fallback,
            self.open_key(update_of),
            latest=latest,
            edit_only=edit_only,
        )
        self.wake()

    def delivered(self, key: str) -> Delivered | None:
        """Where the message of that key stands; None while it has not arrived."""
        found = self.store.outbox.find(self.open_key(key))
        if found is None or found.state is not State.SENT:
            return None
        return Delivered(found.sent_to, found.ts)

    def open_key(self, key: str) -> str:
        """The key as everybody in the workspace may see it: never with a secret in it."""
        if key and self.redactor.text(key) != key:
            return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
        return key
