"""CORS: may the site's pages call the API, with their cookies? Asked as a browser asks."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer
from bot.clients.platform import SESSION
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.scene import Scene

FACTS = ("cors",)
_MORE = 2  # attempts, where one fails by chance


async def look(scene: Scene, book: Notebook) -> None:
    site, api = scene.environment.site_url, scene.environment.api_url
    if origin_of(site) == origin_of(api):
        shown = "site and API share an origin, so it is not needed"
        book.note("cors", "CORS from the site", "", shown)
        return
    try:
        answer = await _ask(scene, site, api)
        for _ in range(_MORE):
            if answer.status < 500:
                break
            answer = await _ask(scene, site, api)
    except NoAnswer:
        return  # the front door tells why
    if answer.status == 429 or answer.status >= 500:
        book.lack("CORS from the site", f"The API answers HTTP {answer.status}.", "", FACTS)
        return
    fault = cors_fault(answer, origin_of(site))
    shown = fault or f"{origin_of(site)} is allowed, with cookies"
    book.note("cors", "CORS from the site", fault, tidy(shown, 200), bad=bool(fault), by_api=True)


async def _ask(scene: Scene, site: str, api: str) -> Answer:
    return await scene.clients.http.send(
        "OPTIONS",
        api + SESSION,
        headers={
            "origin": origin_of(site),
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
        deadline=scene.deadline,
        probe=True,
    )


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def cors_fault(answer: Answer, origin: str) -> str:
    """Why a browser on `origin` would refuse to call with cookies; empty where it would not."""
    allowed = answer.headers.get("access-control-allow-origin", "").strip()
    if not allowed:
        return f"the API allows no other origin, so pages of {origin} may not call it"
    if allowed == "*":
        return "the API allows every origin (*), which browsers refuse together with cookies"
    if allowed.lower() != origin:
        return f"the API allows {allowed} and not {origin}"
    if answer.headers.get("access-control-allow-credentials", "").strip().lower() != "true":
        return "the API does not allow cookies (Access-Control-Allow-Credentials)"
    return ""
