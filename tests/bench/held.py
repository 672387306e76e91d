"""The real bot, its commands held back: what is left is claiming and acknowledging."""

from __future__ import annotations

import os
import sys

from bot import app, transports
from bot.command import Invocation, Reply
from bot.dispatch import Dispatcher, Responder
from bot.settings import load


class HeldDispatcher(Dispatcher):
    """Everything before the command is real: signature, claim, task, acknowledgement."""

    async def run(self, _invocation: Invocation, _responder: Responder) -> Reply:
        return Reply("held back")


if __name__ == "__main__":
    import uvloop

    if os.environ.get("BENCH_HOLD") == "1":
        app.Dispatcher = HeldDispatcher  # type: ignore[misc]
    sys.exit(uvloop.run(transports.run(load(), "http")))  # type: ignore[func-returns-value]
