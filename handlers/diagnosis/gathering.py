"""Runs the looks side by side, each with its own deadline, and keeps what each saw before it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.clients.health_words import tidy
from bot.errors import OpsError
from handlers.diagnosis.evidence import Evidence, Missing, Notebook
from handlers.diagnosis.probes import Probe
from handlers.diagnosis.scene import Scene

log = logging.getLogger(__name__)
Tell = Callable[[tuple[str, ...], int], Awaitable[None]]  # what is awaited still, of how many
_clearing: set[asyncio.Task[None]] = set()
_CLEARING = 0.25  # seconds that a look may take to clear up after its end
_GRACE = 0.25  # seconds after its deadline in which a look may still tell what it saw


async def gather(scene: Scene, probes: Sequence[Probe], tell: Tell | None = None) -> Evidence:
    """Every look's facts. One that hangs or breaks costs the others nothing, and keeps its own."""
    books = {probe.name: Notebook() for probe in probes}
    tasks = {asyncio.create_task(_look(scene, probe, books[probe.name])): probe for probe in probes}
    ends = asyncio.get_running_loop().time() + scene.deadline + _GRACE + _CLEARING
    try:
        waiting = set(tasks)
        while waiting and (left := ends - asyncio.get_running_loop().time()) > 0:
            if tell is not None:
                await tell(tuple(tasks[task].title for task in waiting), len(tasks))
            _, waiting = await asyncio.wait(
                waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
    finally:
        _let_go(tasks)
    facts = {name: fact for book in books.values() for name, fact in book.facts.items()}
    missing: list[Missing] = []
    for task, probe in tasks.items():
        book = books[probe.name]
        missing += book.missing
        reason, hint = _ended(task, probe, scene.deadline)
        told = frozenset(name for each in book.missing for name in each.facts)
        lost = probe.facts - frozenset(facts) - told
        if reason and lost:
            missing.append(Missing(probe.title, reason, hint, lost))
    return Evidence(facts, tuple(dict.fromkeys(missing)))


def _let_go(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Nobody waits for what still clears up, such as a statement that a slow server must cancel."""
    for task in tasks:
        if not task.done():
            task.cancel()
            _clearing.add(task)
            task.add_done_callback(_clearing.discard)


async def _look(scene: Scene, probe: Probe, book: Notebook) -> None:
    async with asyncio.timeout(scene.deadline + _GRACE):
        await probe.run(scene, book)


def _ended(task: asyncio.Task[None], probe: Probe, deadline: float) -> tuple[str, str]:
    """Why a look did not finish, and what would help; nothing where it did."""
    if not task.done() or task.cancelled():
        return f"No result within {deadline:g} s.", ""
    fault = task.exception()
    match fault:
        case None:
            return "", ""
        case TimeoutError():
            return f"No result within {deadline:g} s.", ""
        case OpsError():
            return tidy(fault.message, 200), tidy(fault.hint, 200)
    # A fault of the bot's own: told and logged, and no evidence for anything.
    log.error("the look %s of a diagnosis broke", probe.name, exc_info=fault)
    return f"This look itself failed ({type(fault).__name__}).", "The bot's log has the details."
