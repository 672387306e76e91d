"""Replies that Slack did not take: they wait in the outbox and reach the person later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import clip, code, context
from bot.limits import BLOCKS_PER_MESSAGE

if TYPE_CHECKING:
    from bot.command import Invocation, Reply
    from bot.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Postponement:
    """Stores a reply as a direct message to whoever asked; raises OpsError where it cannot.

    A `response_url` cannot be retried for long: it lives for thirty minutes and five uses.
    """

    outbox: Outbox

    def __call__(self, invocation: Invocation, reply: Reply) -> None:
        asked = code(clip(f"/pitchey {invocation.text}".strip(), 100))
        note = context(f"Late: Slack did not take this answer to {asked} when it was ready.")
        blocks = [*reply.blocks[: BLOCKS_PER_MESSAGE - 1], note] if reply.blocks else []
        key = f"reply:{invocation.reference}"
        self.outbox.post(invocation.person.id, reply.text, blocks, key=key)
