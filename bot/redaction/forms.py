"""The forms in which a value the bot holds may turn up in a text."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit

SHORTEST = 6  # a shorter value would be found inside ordinary words


def known_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every form of every secret, the longest first, so that none is cut by a shorter one."""
    forms = {
        form
        for secret in secrets
        for value in (secret.strip(), _password(secret))
        if len(value) >= SHORTEST
        for form in _forms(value)
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _password(secret: str) -> str:
    """The password inside a connection string, which appears alone in drivers' messages."""
    try:
        return unquote(urlsplit(secret).password or "")
    except ValueError:
        return ""


def _forms(value: str) -> Iterator[str]:
    yield value
    for safe in ("", "/", ":/"):
        for encoded in (quote(value, safe=safe), quote_plus(value, safe=safe)):
            yield encoded
            yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
    for ascii_only in (True, False):
        yield json.dumps(value, ensure_ascii=ascii_only)[1:-1]
    yield html.escape(value, quote=False)
    yield repr(value)[1:-1]
    raw = value.encode("utf-8", "surrogatepass")
    for offset in range(3):
        yield from _base64(raw, offset)


def _base64(raw: bytes, offset: int) -> Iterator[str]:
    """What base64 makes of the value behind `offset` other bytes and before any others.

    Characters that also carry bits of the neighbours are left out.
    """
    encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
    first = (0, 2, 3)[offset]
    shared = (len(raw) + offset) % 3 != 0
    stable = encoded[first : len(encoded) - 1 if shared else len(encoded)]
    if len(stable) >= SHORTEST:
        yield stable
        yield stable.replace("+", "-").replace("/", "_")
