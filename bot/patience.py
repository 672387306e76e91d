"""Who is shown the answer of a command, and what they see while it takes long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from bot import answers
from bot.command import Invocation, Reply
from bot.errors import OpsError

log = logging.getLogger(__name__)
SHOW_PROGRESS_AFTER = 2.0  # seconds; a shorter wait needs no message


class Nobody:
    """Whoever asked gets the reply as a value; nothing is shown."""

    async def progress(self, _text: str) -> None:
        return

    async def send(self, _reply: Reply) -> None:
        return


class Responder(Protocol):
    """Carries progress and the reply to the person; the terminal and Slack each have one."""

    async def progress(self, text: str, /) -> None: ...

    async def send(self, reply: Reply, /) -> str | None:
        """Show it; answers in a sentence what of it did not arrive, such as its file."""
        ...


class Patience:
    """Shows progress once the work has taken long enough for a person to wonder."""

    def __init__(
        self, responder: Responder, invocation: Invocation, redact: Callable[[str], str]
    ) -> None:
        self._responder = responder
        self._redact = redact
        self._text = answers.working(redact(invocation.text))
        self._began = time.monotonic()
        self._shown = ""
        self._done = asyncio.Event()
        self._task = asyncio.create_task(self._watch())

    @property
    def line(self) -> Callable[[str], None] | None:
        """Writes a line where the responder can show one at once; None where it cannot."""
        write: Callable[[str], None] | None = getattr(self._responder, "line", None)
        if write is None:
            return None
        return lambda text: write(self._redact(text))

    async def say(self, text: str) -> None:
        self._text = f":hourglass_flowing_sand: {self._redact(text)}"

    async def stop(self) -> None:
        """End the watch; a progress message on its way is let through, so that none comes last."""
        self._done.set()
        await self._task

    async def _watch(self) -> None:
        pause = SHOW_PROGRESS_AFTER
        while not await self._finished_within(pause):
            pause = 1.0  # Slack wants at most one update a second in a channel
            if self._text != self._shown:
                self._shown = self._text
                try:
                    await self._responder.progress(self._text)
                except OpsError as error:
                    log.info("progress could not be shown: %s", error)

    async def _finished_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            return False
        return True
