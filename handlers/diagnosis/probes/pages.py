"""A visitor's walk: the list of pitches, then one of them. Both read cache and database."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import not_offered
from bot.errors import BadAnswer
from bot.judging.reading import Outcome
from bot.judging.wording import duration
from handlers.diagnosis.busyness import Busyness
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import PAGE_MS
from handlers.diagnosis.scene import Scene

FACTS = ("page_ms", "page_failed")
LIST = "/api/pitches"
_MORE = 2  # attempts, where one fails by chance
_LIMIT = f"alert above {duration(PAGE_MS)}"


async def look(scene: Scene, book: Notebook) -> None:
    before = scene.busyness.lost_ms
    first = await scene.answers.outcome(LIST)
    refusal = await scene.answers.refusal()
    if isinstance(first, Answer) and not_offered(first, refusal):
        book.lack("A page that reads the database", f"This release has no {LIST}.", "", FACTS)
        return
    asked = [first]
    number = _one_of(first)
    if number:
        asked.append(await scene.answers.again(f"{LIST}/{number}"))
    for place, path in enumerate((LIST, f"{LIST}/{number}")[: len(asked)]):
        asked[place] = await _settled(scene, path, asked[place])
    _note(asked, scene.busyness, before, book)


async def _settled(scene: Scene, path: str, outcome: Outcome) -> Outcome:
    """The answer, or another where it was a failure by chance."""
    for _ in range(_MORE):
        if isinstance(outcome, NoAnswer) or outcome.status < 500:
            break
        outcome = await scene.answers.again(path)
    return outcome


def _note(asked: list[Outcome], busyness: Busyness, before: float, book: Notebook) -> None:
    slowest = max(each.seconds * 1000 for each in asked)
    failed = [each for each in asked if isinstance(each, NoAnswer) or each.status >= 500]
    lost = any(isinstance(each, NoAnswer) for each in failed)
    words = f"no page within {duration(slowest)}" if lost else duration(slowest)
    late = busyness.late(slowest, PAGE_MS, before)
    book.note(
        "page_ms", "A page that reads the database", slowest, words, _LIMIT, bad=late,
        by_api=True,
    )  # fmt: skip
    statuses = [f"HTTP {each.status}" for each in failed if isinstance(each, Answer)]
    shown = ", ".join(statuses) or ("no answer" if failed else "none")
    book.note(
        "page_failed", "Failures of that page", bool(statuses), shown, "none", bad=bool(statuses),
        by_api=True,
    )  # fmt: skip


def _one_of(outcome: Outcome) -> str:
    """The number of a pitch on the list, any; empty where the list cannot be read."""
    if not isinstance(outcome, Answer) or outcome.status != 200:
        return ""
    try:
        body = outcome.json()
    except BadAnswer:
        return ""
    listed: Any = body
    for key in ("data", "pitches", "items", "results"):
        if isinstance(listed, Mapping) and key in listed:
            listed = listed[key]
    rows = listed if isinstance(listed, list) else []
    ids = [str(row["id"]) for row in rows if isinstance(row, Mapping) and row.get("id")]
    plain = [each for each in ids if each.replace("-", "").isalnum()]
    return secrets.choice(plain) if plain else ""
