"""Whether the web site is really there, and its redirects are safe. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.clients.health_words import tidy
from bot.clients.http_faults import NoAnswer
from bot.judging.reading import Finding, Outcome, challenged, no_answer
from bot.judging.states import State

_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_ROOT = re.compile(r"""id=["'](root|app|__next)["']""", re.IGNORECASE)
_FAILURES = (
    "just a moment",
    "attention required",
    "error",
    "not found",
    "parked",
    "for sale",
)


def read_page(url: str, outcome: Outcome) -> Finding:
    """What the site's front page shows; the redirects it came by count too."""
    if isinstance(outcome, NoAnswer):
        return no_answer(outcome)
    if outcome.status == 429:
        return Finding(
            State.UNKNOWN,
            "rate limited",
            "The site refuses the bot for now (HTTP 429).",
            "Check again in a few minutes.",
        )
    if (challenge := challenged(outcome)) is not None:
        return challenge
    unsafe = _unsafe_redirect(url, outcome.redirects)
    if outcome.status >= 400:
        return Finding(
            State.DOWN,
            f"fails with HTTP {outcome.status}",
            f"Visitors get HTTP {outcome.status} instead of the site.",
            "Look at the latest Pages deployment, and roll it back.",
        )
    if not outcome.body.strip():
        return Finding(
            State.DOWN,
            "empty page",
            "Visitors get an empty page.",
            "Look at the latest Pages deployment, and roll it back.",
        )
    if not outcome.is_html:
        return Finding(
            State.DOWN,
            "no web page",
            f"The site sends {tidy(outcome.media_type or 'something', 60)} instead of a page.",
            "Check the address and the latest Pages deployment.",
        )
    if unsafe:
        return Finding(State.DEGRADED, "unsafe redirect", unsafe, "Look at the redirect rules.")
    if not _is_pitchey(outcome.text):
        return Finding(
            State.DEGRADED,
            "another page",
            "A page answers, but it does not look like Pitchey's.",
            "Open the site and look; check the address and the domain.",
        )
    return Finding(State.HEALTHY, "healthy", "The site loads and is Pitchey's own page.")


def _unsafe_redirect(url: str, redirects: tuple[str, ...]) -> str:
    """What is wrong with where the site leads, or nothing."""
    previous = urlsplit(url)
    home = (previous.hostname or "").removeprefix("www.")
    for address in redirects:
        here = urlsplit(address)
        if previous.scheme == "https" and here.scheme == "http":
            return f"The site sends visitors from https to unencrypted {tidy(address, 100)}."
        host = (here.hostname or "").removeprefix("www.")
        if host != home and not host.endswith(f".{home}"):
            return f"The site sends visitors to another host, {tidy(host, 80)}."
        previous = here
    return ""


def _is_pitchey(page: str) -> bool:
    title = _TITLE.search(page[:100_000])
    words = title[1].lower() if title else ""
    if "pitchey" in words:
        return True
    if any(sign in words for sign in _FAILURES):
        return False
    return "pitchey" in page.lower() or bool(_ROOT.search(page))
