"""The site as a visitor gets it, and the certificates of site and API."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from bot.clients.certificates import Certificate, Validity
from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.judging.pages import read_page
from bot.judging.reading import Outcome
from bot.judging.states import State
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import SITE_MS
from handlers.diagnosis.scene import Scene

FACTS = ("site_state", "site_ms", "certificate", "certificate_days")


async def look(scene: Scene, book: Notebook) -> None:
    await asyncio.gather(_page(scene, book), _certificates(scene, book))


async def _page(scene: Scene, book: Notebook) -> None:
    url = scene.environment.site_url
    before = scene.busyness.lost_ms
    outcome: Outcome
    try:
        outcome = await scene.clients.http.follow(url + "/", deadline=scene.deadline, probe=True)
    except NoAnswer as fault:
        outcome = fault
    found = read_page(url, outcome)
    broken = found.state in {State.DOWN, State.DEGRADED}
    timed_out = isinstance(outcome, NoAnswer) and str(outcome.trouble) == "timed out"
    words = tidy(found.meaning, 160)
    if not timed_out:
        book.note("site_state", "The site", found.summary, words, bad=broken)
    if isinstance(outcome, Answer) or timed_out:
        took = outcome.milliseconds if isinstance(outcome, Answer) else outcome.seconds * 1000
        shown = f"no page within {duration(took)}" if timed_out else duration(took)
        limit = f"alert above {duration(SITE_MS)}"
        book.note(
            "site_ms",
            "Site, time of its page",
            took,
            shown,
            limit,
            bad=scene.busyness.late(took, SITE_MS, before),
        )


async def _certificates(scene: Scene, book: Notebook) -> None:
    parts = [urlsplit(url) for url in (scene.environment.api_url, scene.environment.site_url)]
    hosts = sorted({(part.hostname, part.port or 443) for part in parts if part.scheme == "https"})
    asked = [_inspect(scene, host, port) for host, port in hosts if host]
    found = [each for each in await asyncio.gather(*asked) if each is not None]
    if not found:
        book.lack("Certificates", "No host showed one.", "", ("certificate", "certificate_days"))
        return
    wrong = next((each for each in found if each.validity is not Validity.VALID), None)
    shown = f"{wrong.host}: {wrong.validity}" if wrong else "accepted by browsers"
    validity = str(wrong.validity if wrong else Validity.VALID)
    book.note("certificate", "Certificates", validity, shown, bad=wrong is not None)
    first = min(found, key=lambda each: each.not_after)
    days = first.days_left(scene.now)
    limit = scene.settings.checks.certificate_warning_days
    ending = 0 <= days < limit
    book.note(
        "certificate_days", "Days until a certificate ends", days, f"{days:.0f} days",
        f"renew below {limit} days", bad=ending,
    )  # fmt: skip


async def _inspect(scene: Scene, host: str, port: int) -> Certificate | None:
    try:
        return await scene.clients.certificates.inspect(host, port, deadline=scene.deadline)
    except NoAnswer:
        return None
