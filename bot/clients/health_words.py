"""The words that health bodies use, and what they mean. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

_WORDS = {
    "good": """ok okay healthy connected active operational configured true up pass passed passing
        available ready online running enabled success good fine alive""",
    "poor": """degraded warn warning slow partial limited impaired partial_outage minor_outage
        recovering maintenance unstable high""",
    "bad": """down error errored unhealthy disconnected unavailable failed failing fail failure
        outage major_outage offline false critical timeout unreachable broken dead exceeded
        exhausted suspended""",
    "not configured": """not_configured unconfigured disabled missing none null skipped
        not_available n/a not_enabled unused""",
}


class Condition(StrEnum):
    """What one word of a body means."""

    GOOD = "good"
    POOR = "poor"
    BAD = "bad"
    ABSENT = "not configured"
    UNKNOWN = "unknown"


_MEANINGS = {
    word: Condition(condition) for condition, words in _WORDS.items() for word in words.split()
}


def judge(word: Any) -> Condition:
    """What a status word (or truth value, or number like an HTTP status) means."""
    if isinstance(word, bool):
        return Condition.GOOD if word else Condition.BAD
    if isinstance(word, (int, float)):
        if 200 <= word < 300:
            return Condition.GOOD
        return Condition.BAD if 500 <= word < 600 else Condition.UNKNOWN
    if word is None:
        return Condition.ABSENT
    if not isinstance(word, str):
        return Condition.UNKNOWN
    plain = re.sub(r"[\s\-]+", "_", word.strip().lower()[:60])
    return _MEANINGS.get(plain, Condition.UNKNOWN)


# Masked before anything is cut, so that no half of a password stays behind.
_CREDENTIALS = re.compile(
    r"(://[^\s/@:]*):(?!\d{1,5}(?:[/\s?,;)]|$))[^\s/@]+@?|(\b(?:password|token|secret)=)[^\s&;,]+",
    re.IGNORECASE,
)


# What is cut inside such a run loses the whole run: half a secret is not recognised later.
_RUN_AT_THE_END = re.compile(r"[^\s\"'<>{}\[\](),;:]+\Z")
_LONGEST_READ = 20_000


def tidy(text: object, most: int = 300) -> str:
    """Foreign text made printable: one line, no lone surrogates or controls, at most `most`.

    Passwords inside addresses, which the platform's errors do carry, are masked, and a word
    is never shown in part: it may be a secret.
    """
    raw = str(text)
    masked = _CREDENTIALS.sub(
        lambda found: f"{found[1]}:***@" if found[1] is not None else f"{found[2]}***",
        raw[:_LONGEST_READ],
    )
    words = "".join(char if char.isprintable() else " " for char in masked)
    whole = " ".join(words.encode("utf-8", "replace").decode("utf-8").split())
    if len(whole) <= most and len(raw) <= _LONGEST_READ:
        return whole
    kept = whole[: most - 1]
    if whole[most - 1 : most].strip() or len(whole) < most:
        kept = _RUN_AT_THE_END.sub("", kept)
    return kept.rstrip() + "…"
