"""The clocks: tokens and signatures fail where they differ. Whose is wrong, two others tell."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.judging.wording import age
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import CLOCK_SECONDS
from handlers.diagnosis.scene import Scene

FACTS = ("clock_api", "clock_bot")
_LIMIT = f"alert above {CLOCK_SECONDS:g} s"


async def look(scene: Scene, book: Notebook) -> None:
    asked = (scene.environment.api_url + "/", scene.environment.site_url + "/")
    api, site, status = await asyncio.gather(
        *(_ahead(scene, url) for url in asked), _ahead(scene, scene.clients.cloudflare.status_url)
    )
    others = [each for each in (site, status) if each is not None]
    if api is None or not others:
        book.lack("The clocks", "Fewer than two others told the time.", "", FACTS)
        return
    bot_wrong = all(abs(each) > CLOCK_SECONDS for each in (api, *others))
    off = max(others, key=abs) if bot_wrong else 0.0
    book.note("clock_bot", "The bot's own clock", off, _words(-off), _LIMIT, bad=bot_wrong)
    apart = api - min(others, key=lambda each: abs(each - api))
    book.note(
        "clock_api", "The API's clock", apart, _words(apart), _LIMIT,
        bad=abs(apart) > CLOCK_SECONDS, by_api=True,
    )  # fmt: skip


async def _ahead(scene: Scene, url: str) -> float | None:
    """Seconds that the answerer's clock is ahead of the bot's; None where it tells no time."""
    if not urlsplit(url).hostname:
        return None
    try:
        answer = await scene.clients.http.send("GET", url, deadline=scene.deadline, probe=True)
    except NoAnswer:
        return None
    return ahead_of(answer, time.time())


def ahead_of(answer: Answer, now: float) -> float | None:
    """From its Date header, which counts whole seconds, at the middle of the answer's time."""
    try:
        told: datetime = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return told.timestamp() + 0.5 - (now - answer.seconds / 2)


def _words(seconds: float) -> str:
    if abs(seconds) < 1.5:
        return "right to the second"
    side = "ahead" if seconds > 0 else "behind"
    length = f"{abs(seconds):.0f} s" if abs(seconds) < 120 else age(abs(seconds) / 3600)
    return f"{length} {side}"
