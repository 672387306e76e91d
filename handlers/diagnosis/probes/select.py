"""The database itself: does it take a connection, and how long does the smallest answer take?"""

from __future__ import annotations

import time

from bot.clients.health_words import tidy
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import SELECT_MS
from handlers.diagnosis.probes.onetrip import connected
from handlers.diagnosis.scene import Scene

FACTS = ("database_trouble", "select_ms")
_TITLE = "Whether the database takes connections"
_LIMIT = f"alert above {duration(SELECT_MS)}"
# It says nothing of the platform: the bot's own access, or not asked at all.
_OWN = frozenset(
    {
        DatabaseTrouble.PASSWORD, DatabaseTrouble.PERMISSION, DatabaseTrouble.ROLE_FULL,
        DatabaseTrouble.NO_DATABASE, DatabaseTrouble.TLS, DatabaseTrouble.OTHER,
    }
)  # fmt: skip


async def look(scene: Scene, book: Notebook) -> None:
    began = time.perf_counter()
    try:
        async with connected(scene) as connection:
            book.note("database_trouble", _TITLE, "", "yes")
            asked, before = time.perf_counter(), scene.busyness.lost_ms
            try:
                await connection.execute("select 1")
            finally:
                took = (time.perf_counter() - asked) * 1000
                shown = f"SELECT 1 in {duration(took)}"
                slow = scene.busyness.late(took, SELECT_MS, before)
                book.note("select_ms", "Database, smallest answer", took, shown, _LIMIT, bad=slow)
    except DatabaseFailure as fault:
        if fault.trouble in _OWN:
            raise
        _note(fault, (time.perf_counter() - began) * 1000, book)


def _note(fault: DatabaseFailure, took: float, book: Notebook) -> None:
    words = f"{fault.message.rstrip('.')} ({fault.trouble}, after {duration(took)})"
    book.note("database_trouble", _TITLE, str(fault.trouble), tidy(words, 200), bad=True)
