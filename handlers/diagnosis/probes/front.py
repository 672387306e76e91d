"""The API's front door: does it answer, with what, how fast, and is the first answer slow?

The ping touches nothing. A release without one refuses the address, which costs it as little: the
time of the refusal is the Worker's own time as well.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from bot.clients.health_words import tidy
from bot.clients.http import Answer, Http
from bot.clients.http_faults import NoAnswer, Trouble
from bot.clients.platform import PING, not_offered
from bot.judging.reading import Outcome
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import API_MS
from handlers.diagnosis.scene import Scene

FACTS = (
    "api_trouble", "api_form", "api_ms", "api_first_ms", "api_failed_percent", "api_all_fail",
    "api_thrown",
)  # fmt: skip
Timed = tuple[Outcome, float]
_AT_ONCE, _AFTER = 3, 7
_PATIENCE = 1.8  # seconds for the later requests together
_THROWN = "error code: 1101"  # what Cloudflare answers in the place of a Worker that threw
_MOVED = frozenset({301, 302, 303, 307, 308})
TRICKLES = "answers trickle"
LIMIT = f"alert above {duration(API_MS)}"


async def look(scene: Scene, book: Notebook) -> None:
    """Three requests at once, each on a connection of its own, then some one after the other."""
    fresh = scene.clients.http.fresh()
    try:
        await _look(scene, fresh, book)
    finally:
        await fresh.aclose()


async def _look(scene: Scene, fresh: Http, book: Notebook) -> None:
    known, first = await asyncio.gather(
        scene.answers.refusal(),
        asyncio.gather(*(_ask(scene, fresh) for _ in range(_AT_ONCE))),
    )
    _trouble([outcome for outcome, _ in first], book)
    answers = [outcome for outcome, _ in first if isinstance(outcome, Answer)]
    if not answers:
        return
    # A challenge is the same answer at every address, as that of a release that offers nothing.
    unoffered = not_offered(answers[0], known) and not _challenged(answers[0])
    form = "" if unoffered else _form(answers[0])
    shown = form or "answers as it should"
    book.note("api_form", "What the API answers", form or "proper", shown, bad=bool(form))
    later: list[Timed] = []
    _times(first, later, book)
    if min(spent for _, spent in first) > API_MS and not _cold(await _ask(scene, fresh)):
        return  # late by every measure; more of the same would only take longer
    ends = time.monotonic() + _PATIENCE
    while len(later) < _AFTER and time.monotonic() < ends:
        later.append(await _ask(scene, fresh))
    _times(first, later, book)
    _failures([outcome for outcome, _ in (*first, *later)], book)


async def _ask(scene: Scene, fresh: Http) -> Timed:
    """The answer, and its milliseconds without what the bot itself lost meanwhile."""
    url = scene.environment.api_url + PING
    before = scene.busyness.lost_ms
    outcome: Outcome
    try:
        outcome = await fresh.send("GET", url, deadline=scene.deadline, probe=True)
    except NoAnswer as fault:
        outcome = fault
    lost = scene.busyness.lost_ms - before
    return outcome, max(0.0, outcome.seconds * 1000 - lost)


def _cold(second: Timed) -> bool:
    """Whether only the first answer of a connection is late."""
    outcome, spent = second
    return isinstance(outcome, Answer) and spent <= API_MS


def _trouble(outcomes: list[Outcome], book: Notebook) -> None:
    faults = [each for each in outcomes if isinstance(each, NoAnswer)]
    trouble = ""
    if len(faults) == len(outcomes):
        fault = faults[0]
        slow = fault.trouble is Trouble.TIMED_OUT
        trouble = TRICKLES if slow and fault.received else str(fault.trouble)
        if slow and not fault.received:
            waited = fault.seconds * 1000
            words = f"no answer within {duration(waited)}"
            book.note("api_ms", "API, time of an answer", waited, words, LIMIT, bad=True)
    shown = tidy(faults[0].message, 160) if trouble else "answers"
    book.note("api_trouble", "Whether the API answers", trouble, shown, bad=bool(trouble))


def _challenged(answer: Answer) -> bool:
    return answer.headers.get("cf-mitigated") == "challenge"


def _form(answer: Answer) -> str:
    """What is wrong with the form of an answer; empty where it is a proper one."""
    if _challenged(answer):
        return "a check of browsers by Cloudflare"
    if answer.status == 429:
        return "too many requests (HTTP 429)"
    if answer.status in _MOVED:
        return "redirects to itself or elsewhere"
    if answer.status >= 500:
        return ""  # told by the share of failures
    if not answer.body.strip():
        return "empty answers"
    return "a web page instead of data" if answer.is_html else ""


def _times(first: list[Timed], later: list[Timed], book: Notebook) -> None:
    begun = [each for each in first if isinstance(each[0], Answer)]
    then = [each for each in later if isinstance(each[0], Answer)]
    usual = statistics.median(outcome.seconds * 1000 for outcome, _ in then or begun)
    late = statistics.median(spent for _, spent in then or begun) > API_MS
    book.note("api_ms", "API, time of an answer", usual, duration(usual), LIMIT, bad=late)
    if then and begun:
        # Of several connections: one alone may be bad luck.
        quickest = min(outcome.seconds * 1000 for outcome, _ in begun)
        words = f"{duration(quickest)}, then {duration(usual)}"
        cold = min(spent for _, spent in begun) > API_MS and not late
        book.note("api_first_ms", "First answer and the next", quickest, words, LIMIT, bad=cold)


def _failures(outcomes: list[Outcome], book: Notebook) -> None:
    failed = [each for each in outcomes if isinstance(each, NoAnswer) or each.status >= 500]
    percent = 100.0 * len(failed) / len(outcomes)
    words = f"{len(failed)} of {len(outcomes)} test requests"
    some = 0 < percent < 100
    book.note("api_failed_percent", "Failed test requests", percent, words, "none", bad=some)
    every = percent == 100
    book.note("api_all_fail", "Whether every request fails", every, words, "none", bad=every)
    thrown = any(isinstance(each, Answer) and _THROWN in each.text[:200] for each in failed)
    if failed:
        words = f"{_THROWN} (the Worker threw)" if thrown else "the Worker answered them itself"
        book.note("api_thrown", "How they fail", thrown, words, bad=thrown)
