"""Who sits at a terminal: asked y or N there, told what is waited for, and heard at Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from bot.terminal.output import say

if TYPE_CHECKING:
    from bot.command import Block, Reply

YES = "--yes"  # confirms beforehand
_QUESTION = "Run it? [y/N] "


class Screen(Protocol):
    """Standard error as the person sees it."""

    asking: bool  # nothing else is written meanwhile

    def show(self, text: str, blocks: list[Block]) -> None:
        """Draw a message."""
        ...

    def tell(self, text: str) -> None:
        """Write one line at once, and not again as progress."""
        ...


class TerminalDesk:
    """Asks y/N on a terminal; `yes` was given beforehand. Without a screen nobody is asked."""

    def __init__(self, screen: Screen | None = None, *, yes: bool) -> None:
        self._screen = screen
        self._yes = yes

    async def agrees(self, question: Reply, stopped: asyncio.Event) -> bool | None:
        """Yes or no; None where nobody can be asked. No at once when `stopped` is set."""
        if self._yes:
            return True
        streams = (sys.stdin, sys.stderr)
        if self._screen is None or not all(each is not None and each.isatty() for each in streams):
            return None
        # Buttons cannot be pressed here: the question follows instead.
        shown = [block for block in question.blocks if block["type"] != "actions"]
        self._screen.asking = True
        try:
            self._screen.show(question.text, shown)
            say(_QUESTION)
            answer = await _typed(sys.stdin.fileno(), stopped)
        finally:
            self._screen.asking = False
        if not answer.endswith("\n"):
            say("\n")
        return answer.strip().lower() in ("y", "yes")

    def tell(self, text: str) -> None:
        """One line for whoever waits here, also where the answer goes into a file."""
        if self._screen is not None:
            self._screen.tell(text)


async def _typed(descriptor: int, stopped: asyncio.Event) -> str:
    """One line of a terminal; empty at its end, or as soon as `stopped` is set.

    A thread that reads could not be ended: the process would wait for a line after Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    waits = [asyncio.create_task(event.wait()) for event in (readable, stopped)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if stopped.is_set():
            return ""
        return os.read(descriptor, 4096).decode(errors="replace")
    except OSError:
        return ""  # the terminal went away
    finally:
        loop.remove_reader(descriptor)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


@contextlib.contextmanager
def ctrl_c() -> Iterator[asyncio.Event]:
    """While inside, Ctrl-C sets the event and kills nothing."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        # What Ctrl-C does to the whole process otherwise, as asyncio.run has set it.
        before = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, stopped.set)
    except (NotImplementedError, RuntimeError, ValueError):
        yield stopped  # not the main thread, or no such signals here
        return
    try:
        yield stopped
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
