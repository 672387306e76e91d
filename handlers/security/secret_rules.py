"""Which lines of a text hold a secret: the rules of detect-secrets, asked about few lines.

Asking its twenty-seven rules about every line takes some 40 ms a file. So one expression looks
first for what any of the rules could want; the rules judge the lines that are left.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# Their beginnings or names, in small letters: detect_secrets.plugins. A search for a plain text is
# a hundred times as fast as one for an expression.
_HINTS = (
    "secret", "passw", "pwd", "token", "api_key", "apikey", "api-key", "authorization", "bearer",
    "credential", "private_key", "privatekey", "access_key", "accesskey", "sk_live_", "sk_test_",
    "rk_live_", "rk_test_", "akia", "asia", "aroa", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_pat_", "glpat-", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "npm_", "eyj",
    "-----begin", "sg.", "sk-", "pypi-", "@", "-us",
)  # fmt: skip
_LONGEST = 2_000  # characters of a line that the rules are asked about at once
_OVERLAP = 200
# Values that stand for one, and references to where one comes from.
_STANDS_FOR = re.compile(
    r"(?i)^(?:x+|\*+|\.+|<[^>]*>|\$\{.*|\{\{.*|process\.env.*|import\.meta.*|env\.\w+|"
    r"(?:your|my|the|some|example|sample|dummy|fake|test|placeholder|changeme|change_me|todo)"
    r"[\w -]*)$"
)
_QUOTED = re.compile(r"""["'`]([A-Za-z0-9+/=_-]{24,200})["'`]""")
_HEX = re.compile(r"[0-9a-fA-F]+")
# Sums and names that are meant to be seen.
_HASHES = re.compile(r"(?i)sha\d|hash|integrity|digest|commit|etag|checksum|nonce|uuid|font|\bid\b")
_PLUGINS = (
    "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector",
    "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector",
    "KeywordDetector", "MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector",
    "PypiTokenDetector", "SendGridDetector", "SlackDetector", "SquareOAuthDetector",
    "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
# Nothing that asks a service whether a secret works: that would send it there.
_FILTERS = (
    "detect_secrets.filters.allowlist.is_line_allowlisted",
    "detect_secrets.filters.heuristic.is_indirect_reference",
    "detect_secrets.filters.heuristic.is_likely_id_string",
    "detect_secrets.filters.heuristic.is_not_alphanumeric_string",
    "detect_secrets.filters.heuristic.is_potential_uuid",
    "detect_secrets.filters.heuristic.is_prefixed_with_dollar_sign",
    "detect_secrets.filters.heuristic.is_sequential_string",
    "detect_secrets.filters.heuristic.is_templated_secret",
)


# The library keeps its settings for the whole process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret in a text. `shown` is all of it that may be shown; `digest` tells it from others."""

    line: int  # from 1
    rule: str  # as detect-secrets names it: "Stripe Access Key"
    shown: str
    digest: str


@contextmanager
def rules() -> Iterator[None]:
    """Inside, `hits` may be called; the rules are set up once, and others wait."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import transient_settings

    classes: dict[str, type] = get_mapping_from_secret_type_to_class()
    known = {plugin.__name__ for plugin in classes.values()}
    settings = {
        "plugins_used": [*({"name": name} for name in _PLUGINS if name in known)],
        "filters_used": [{"path": path} for path in _FILTERS],
    }
    with _ONE_AT_A_TIME, transient_settings(settings) as used:
        for path in [path for path in used.filters if "verification" in path]:
            used.disable_filters(path)
        yield


def hits(text: str) -> tuple[Hit, ...]:
    """Every secret of a text, each once a line; inside of `rules`."""
    from detect_secrets.core.scan import scan_line

    found: dict[tuple[int, str], Hit] = {}
    if not _may_hold(text):
        return ()
    for number, line in enumerate(text.splitlines(), 1):
        if not _may_hold(line):
            continue
        for piece in _pieces(line):
            named = [(secret.type, secret.secret_value or "") for secret in scan_line(piece)]
            # A rule that knows it by name comes before those that only find it odd.
            named.sort(key=lambda each: each[0] == "Secret Keyword")
            held: list[str] = []
            for rule, value in [*named, *_odd(piece)]:
                if not value or _STANDS_FOR.match(value) or _known(value, held):
                    continue
                held.append(value)
                hit = Hit(number, rule, redacted(value), digest(value))
                found.setdefault((number, hit.digest), hit)
    return tuple(found.values())


def _may_hold(text: str) -> bool:
    small = text.lower()
    return any(hint in small for hint in _HINTS) or _QUOTED.search(text) is not None


def _known(value: str, held: list[str]) -> bool:
    """A part of what another rule found, or more around it."""
    return any(value in each or each in value for each in held)


def _odd(line: str) -> Iterator[tuple[str, str]]:
    """Quoted words that are too disordered to be words, by the measure of detect-secrets."""
    from detect_secrets.plugins.high_entropy_strings import (
        Base64HighEntropyString,
        HexHighEntropyString,
    )

    if _HASHES.search(line):
        return
    for match in _QUOTED.finditer(line):
        value = match[1]
        kind = HexHighEntropyString if _HEX.fullmatch(value) else Base64HighEntropyString
        plugin: Any = kind()
        if plugin.calculate_shannon_entropy(value) >= plugin.entropy_limit:
            yield plugin.secret_type, value


def redacted(value: str) -> str:
    """Enough to find it, too little to use it: `sk_l… (32 characters)`."""
    kept = 4 if len(value) >= 16 else 0
    return f"{value[:kept]}… ({len(value)} characters)"


def digest(value: str) -> str:
    """Tells secrets apart without holding them."""
    return hashlib.sha256(f"pitchey:{value}".encode()).hexdigest()[:16]


def _pieces(line: str) -> Iterator[str]:
    """A minified file is one line: the rules see it bit by bit, each bit with some of the next."""
    for first in range(0, max(1, len(line) - _OVERLAP), _LONGEST - _OVERLAP):
        piece = line[first : first + _LONGEST]
        if len(line) <= _LONGEST or _may_hold(piece):
            yield piece
