"""Addresses as a cache knows them: whole, ASCII, without a fragment. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

import idna

from bot.blocks import clip, code
from bot.errors import BadInput

API_PATHS = ("/api", "/health", "/metrics")
_KEPT = "/%:@!$&'()*+,;=~-._"


def is_api(path: str) -> bool:
    """Whether a path belongs to the API, not to the site."""
    return any(path == each or path.startswith(f"{each}/") for each in API_PATHS) or (
        path.partition("?")[0] in API_PATHS
    )


def absolute(text: str, site_url: str, api_url: str) -> str:
    """A path or an address as the whole address; raises BadInput.

    A path that begins with /api is the API's, any other the site's.
    """
    given = text.strip()
    if given.startswith("/") and not given.startswith("//"):
        base = api_url if is_api(given.partition("?")[0]) else site_url
        given = base.rstrip("/") + given
    elif "://" not in given:
        given = f"https://{given.lstrip('/')}"
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        raise _no_address(text) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _no_address(text)
    if parts.username or parts.password:
        raise BadInput(
            "An address with a user name or password is not purged.",
            "Leave out what stands before the @.",
        )
    place = host_of(parts.hostname) + (f":{port}" if port else "")
    path = quote(parts.path or "/", safe=_KEPT)
    return urlunsplit((parts.scheme, place, path, quote(parts.query, safe=_KEPT + "?"), ""))


def host_of(text: str) -> str:
    """A host name in ASCII: `Bücher.example` is `xn--bcher-kva.example`; raises BadInput."""
    bare = text.strip().rstrip(".").lower()
    if not bare or len(bare) > 253 or any(mark in bare for mark in "/*?#@ "):
        raise _no_host(text)
    if bare.isascii():
        return bare
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _no_host(text) from error


def place_of(url: str) -> str:
    """Host, port and path, as purging by prefix wants them."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _no_address(text: str) -> BadInput:
    return BadInput(
        f"{code(clip(text, 80))} is no address of a page.",
        "Write a path such as `/assets/index.js`, or the whole address with https.",
    )


def _no_host(text: str) -> BadInput:
    return BadInput(
        f"{code(clip(text, 80))} is no host name.", "Write it as `www.example.com`, without a path."
    )
