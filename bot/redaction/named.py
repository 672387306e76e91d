"""Secrets that say so themselves: `password=…`, `"api_token": "…"`, `Authorization: …`.

The names are searched in the lower-case text by a pattern of fixed words, which is fast; the
slower patterns are only tried where one stands.
"""

from __future__ import annotations

import re

HIDDEN = "[redacted]"

_NAME = re.compile(
    r"pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|signing[_-]?key|encryption[_-]?key|credential|signature|cookie|authorization"
)
_REST_OF_NAME = (
    r"s?(?![_-](?:count|type|name|names|expires\w*|expiry|age|length|limit|kind)\b)"
    r"(?:[_-][a-z0-9]{1,20}){0,3}"
)
_NOT_A_VALUE = r"(?!\[redacted|null\b|none\b|undefined\b|true\b|false\b|\*{3})"
_SCHEME = r"(?:(?:bearer|basic|token)\s+)?"
# "name": "value" and name='value', and the same inside a JSON text: \"name\": \"value\"
_QUOTED = re.compile(
    rf"(?P<kept>{_REST_OF_NAME}\\*[\"']?\s{{0,3}}[:=]\s{{0,3}}(?P<quote>\\*[\"']){_SCHEME})"
    rf"{_NOT_A_VALUE}(?:(?!(?P=quote))(?:\\.|[^\n]))+",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    rf"(?P<kept>{_REST_OF_NAME}\s{{0,3}}=\s{{0,3}}{_SCHEME})"
    rf"{_NOT_A_VALUE}[^\s\"'&,;<>|`\\)\]}}]{{3,}}",
    re.IGNORECASE,
)
# After a colon stands prose as often: only what has a digit or a sign in it is a secret.
_STATED = re.compile(
    rf"(?P<kept>{_REST_OF_NAME}\s{{0,3}}:\s{{0,3}}{_SCHEME})"
    rf"{_NOT_A_VALUE}(?!(?:bearer|basic|token)\s+\[redacted)"
    r"(?=[a-z]{0,40}[^a-z\s,;.\"'()<>|`*])[^\s\"'&,;<>|`\\)\]}]{4,}",
    re.IGNORECASE,
)


def hide_named(text: str, lowered: str) -> str:
    """Hide the values; `lowered` is the text in lower case with every character in its place."""
    pieces: list[str] = []
    done = 0
    for name in _NAME.finditer(lowered):
        start = name.end()
        if start < done:
            continue
        found = (
            _QUOTED.match(text, start) or _ASSIGNED.match(text, start) or _STATED.match(text, start)
        )
        if found:
            pieces += (text[done : found.end("kept")], HIDDEN)
            done = found.end()
    return "".join((*pieces, text[done:])) if pieces else text
