"""A live log in a terminal: a line an entry, until its time is over or Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from handlers.logs.grouping import Groups
from handlers.logs.result import Entry, Group, Watch
from handlers.logs.views_live import entry_line
from handlers.logs.watching import tail_of, watch

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def stream(
    runtime: Runtime, found: Watch, seconds: float, line: Callable[[str], None] | None
) -> None:
    """Write each entry as it comes; `line` is None where only the end is written."""

    def seen(entry: Entry, _new: Group | None) -> None:
        if line is not None:
            line(entry_line(entry))

    with _signals() as stopped:
        await watch(
            tail_of(runtime, found.script),
            found,
            Groups(),
            seen,
            stopped.is_set,
            seconds,
            runtime.now,
        )


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """While inside, Ctrl-C and a polite kill end the log, and its session with it."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stopped.set)
            taken.append(number)
    try:
        yield stopped
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
