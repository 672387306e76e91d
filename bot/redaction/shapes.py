"""The shapes of well-known secrets, so that one the bot does not hold is caught too.

A 40-digit hexadecimal text is a git commit and a UUID is an id: neither is a secret here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.redaction.named import HIDDEN, hide_named


@dataclass(frozen=True, slots=True)
class Shape:
    """`hints` are lower-case texts of which one must be there, else the pattern is not tried.

    Of what the pattern finds, the group `kept` stays. `counts` has the last word.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    counts: Callable[[str], bool] | None = None

    def hide(self, text: str, lowered: str) -> str:
        for hint in self.hints:  # a generator would take twice as long, for each line of a log
            if hint in lowered:
                return self.pattern.sub(self._replacement, text)
        return text

    def _replacement(self, found: re.Match[str]) -> str:
        if self.counts and not self.counts(found[0]):
            return found[0]
        kept = found["kept"] if "kept" in self.pattern.groupindex else ""
        return kept + HIDDEN


def _is_random(run: str) -> bool:
    """Whether 40 characters look drawn by chance: capitals, small letters and digits mixed."""
    capitals = sum(map(str.isupper, run))
    digits = sum(map(str.isdigit, run))
    small = sum(map(str.islower, run))
    return capitals >= 4 and digits >= 2 and small >= 4


_ASCII_LOWER = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def _shape(
    name: str,
    hints: tuple[str, ...],
    pattern: str,
    counts: Callable[[str], bool] | None = None,
    flags: int = 0,
) -> Shape:
    return Shape(name, hints, re.compile(pattern, flags), counts)


SHAPES: tuple[Shape, ...] = (
    _shape(
        "private key",
        ("private key",),
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:.*?-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|.*)",
        flags=re.DOTALL,
    ),
    _shape(
        "Slack token",
        ("xox", "xapp-"),
        r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9][A-Za-z0-9-]{7,}",
    ),
    _shape(
        "Slack address",
        ("hooks.slack.com",),
        r"(?P<kept>hooks\.slack\.com/[a-z-]{1,20}/)[\w/%-]+",
    ),
    _shape("AWS key id", ("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    _shape(
        "GitHub token",
        ("gh", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
    ),
    _shape(
        "Stripe key",
        ("sk_", "rk_", "whsec_"),
        r"\b(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,})",
    ),
    _shape(
        "Cloudflare token",
        ("cfut_", "cfat_", "cfk_", "cfoat_"),
        r"\bcf(?:ut|at|k|oat)_[A-Za-z0-9_-]{20,}",
    ),
    _shape("Neon key", ("napi_", "npg_"), r"\b(?:napi|npg)_[A-Za-z0-9]{8,}"),
    _shape("JWT", ("eyj",), r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"),
    _shape(
        "password in an address",
        ("://",),
        r"(?P<kept>://[^\s:/@\"'<>]{0,200}:)"
        r"(?!\[redacted)[^\s\"'<>/?#]{1,500}(?=@)",
    ),
    _shape(
        "authorization",
        ("bearer", "basic"),
        r"(?P<kept>\b(?:bearer|basic)\s{1,3})(?=\S{20}|\S{0,19}[0-9])[A-Za-z0-9._~+/=-]{8,}",
        flags=re.IGNORECASE,
    ),
    _shape(
        "secret parameter",
        ("?", "&"),
        r"(?P<kept>[?&;](?:key|sig|auth|code|session|sid|jwt|t|x-amz-credential)=)"
        r"(?!\[redacted)[^\s\"'&<>|]{8,}",
        flags=re.IGNORECASE,
    ),
    _shape(
        "random key",
        ("",),
        r"(?<![A-Za-z0-9_+/=.-])[A-Za-z0-9_+/-]{40}(?![A-Za-z0-9_+/=-])",
        counts=_is_random,
    ),
)


def hide_shapes(text: str) -> str:
    lowered = text.lower()  # only for the hints: what is hidden on the way does not matter
    for shape in SHAPES:
        text = shape.hide(text, lowered)
    return hide_named(text, _lowered(text))


def _lowered(text: str) -> str:
    """Lower case with every character in its place: a few capitals become two small letters."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)
