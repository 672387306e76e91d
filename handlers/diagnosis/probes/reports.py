"""What the platform's health report says of its parts: its bad words count, its good ones little.

Old releases say "healthy" whatever happens, so a good word is never evidence that all is well.
"""

from __future__ import annotations

from bot.clients.health_report import Part, Report
from bot.clients.health_words import Condition
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import HEALTH, OLD_HEALTH, report_of
from bot.judging.reading import part_words
from bot.judging.wording import listed
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.scene import Scene

FACTS = ("told_parts", "told_database", "told_quota", "told_cache", "told_storage", "told_auth")
_MORE = 2  # attempts, where one fails by chance
# Parts that have looks of their own; the rest is told together.
_KNOWN = {
    "told_database": ("database", "postgres", "neon", "db"),
    "told_cache": ("cache", "redis", "upstash", "kv"),
    "told_storage": ("storage", "r2", "upload"),
    "told_auth": ("auth",),
}
_TITLES = {
    "told_database": "The platform says of its database",
    "told_cache": "The platform says of its cache",
    "told_storage": "The platform says of its storage",
    "told_auth": "The platform says of its sign-in",
}


async def look(scene: Scene, book: Notebook) -> None:
    report, outcome = await _asked(scene, HEALTH)
    failed = isinstance(outcome, Answer) and outcome.status >= 500
    if report is not None and failed and not report.parts:
        report = None
    if report is None:
        report, outcome = await _asked(scene, OLD_HEALTH)
        if isinstance(outcome, NoAnswer):
            return  # the front door tells why
    if report is None:
        book.lack(
            "The platform's own health report",
            "This release offers none, or none that this bot understands.",
            "The other looks do without it.",
            FACTS,
        )
        return
    read(report, book)


async def _asked(scene: Scene, path: str) -> tuple[Report | None, Answer | NoAnswer]:
    """What the address tells; asked again where it fails in a body of its own, as any may."""
    report, outcome = await scene.answers.report(path)
    for _ in range(_MORE):
        if report is None or report.parts or isinstance(outcome, NoAnswer) or outcome.status < 500:
            break
        outcome = await scene.answers.again(path)
        report = report_of(outcome) if isinstance(outcome, Answer) else None
    return report, outcome


def read(report: Report, book: Notebook) -> None:
    """Notes what the report calls broken."""
    others: list[Part] = []
    bad = list(report.troubled)
    for part in bad:
        if part.quota_exhausted:
            words = part_words(part)
            book.note(
                "told_quota", "The platform says of the quota", True, words, bad=True, by_api=True
            )
            continue
        name = next((name for name, words in _KNOWN.items() if _names(part, words)), "")
        if name:
            book.note(name, _TITLES[name], True, part_words(part), bad=True, by_api=True)
        else:
            others.append(part)
    poor = report.condition in {Condition.BAD, Condition.POOR}
    unnamed = poor and not bad
    words = listed([part_words(part) for part in others]) or (
        f"calls itself {report.said}" if unnamed else "names nothing else"
    )
    book.note(
        "told_parts", "The platform says of its other parts", bool(others) or unnamed, words,
        bad=bool(others) or unnamed, by_api=True,
    )  # fmt: skip


def _names(part: Part, words: tuple[str, ...]) -> bool:
    return any(word in part.name.lower() for word in words)
