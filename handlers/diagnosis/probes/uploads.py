"""The platform's upload address and the size it allows. The guide's /api/upload/test never was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import not_offered, proves_nothing
from bot.errors import BadAnswer
from bot.judging.reading import Outcome
from bot.judging.wording import size
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.scene import Scene

FACTS = ("upload_address", "upload_limit")
INFO = "/api/upload/info"
_MORE = 2  # attempts, where one fails by chance
_SIZES = ("maxFileSize", "max_file_size", "maxSize", "limit")


async def look(scene: Scene, book: Notebook) -> None:
    refusal = await scene.answers.refusal()
    signed, answer = await _ask(scene)
    for _ in range(_MORE):
        if isinstance(answer, NoAnswer) or answer.status < 500:
            break
        signed, answer = await _ask(scene)
    if isinstance(answer, NoAnswer):
        return  # the front door tells why
    if proves_nothing(answer, refusal) or not_offered(answer, refusal):
        book.lack("The upload address", f"This release does not offer {INFO}.", "", FACTS)
        return
    fails = answer.status >= 500
    said = f": {tidy(answer.text[:600], 100)}" if fails else ""
    shown = f"HTTP {answer.status}{said}" + ("" if signed else " to a stranger")
    book.note("upload_address", "Upload address", fails, shown, bad=fails, by_api=True)
    _limit(scene, answer, book)


async def _ask(scene: Scene) -> tuple[bool, Outcome]:
    """Whether a signed-in account asked, and the answer."""
    if scene.own and scene.account.configured:
        answer = await scene.account.get(INFO)
        if answer is not None:
            return True, answer
    return False, await scene.answers.again(INFO)


def _limit(scene: Scene, answer: Answer, book: Notebook) -> None:
    told = told_size(answer)
    if told is None:
        book.lack(
            "The size limit of uploads", "The platform tells it to a signed-in account only.",
            "Set account_email under [diagnosis], and PLATFORM_PASSWORD.",
            ("upload_limit",),
        )  # fmt: skip
        return
    wanted = scene.settings.diagnosis.upload_megabytes * 1_000_000
    book.note(
        "upload_limit", "Size limit of uploads", told, size(told),
        f"at least {size(wanted)} is promised", bad=told < wanted, by_api=True,
    )  # fmt: skip


def told_size(answer: Answer) -> float | None:
    """Bytes that the platform allows; None where the answer does not say. Pure."""
    if answer.status != 200:
        return None
    try:
        body: Any = answer.json()
    except BadAnswer:
        return None
    levels = [body, body.get("data") if isinstance(body, Mapping) else None]
    for level in levels:
        if not isinstance(level, Mapping):
            continue
        for name in _SIZES:
            value = level.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                return float(value)
    return None
