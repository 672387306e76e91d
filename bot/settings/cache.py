"""`[cache]` and `[cdn]`: how long answers may be kept, and by which rules the edge keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, Strict

from bot.settings.values import Table

DAY = 86_400
_PATTERN = re.compile(r"/[!-~]{0,300}|\*[!-~]{1,300}")
_RULE = re.compile(
    r"(?P<match>[/*][!-~]*)\s+(?P<act>cache|bypass)"
    r"(?:\s+edge\s+(?P<edge>\d{1,8}[smhdw]))?(?:\s+browser\s+(?P<browser>\d{1,8}[smhdw]))?"
)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": DAY, "w": 7 * DAY}


def _route(text: str) -> str:
    if not _PATTERN.fullmatch(text):
        raise ValueError("is not a path such as /api/genres or /api/user/*")
    return text


def _rule(text: str) -> str:
    rule_of("", text)
    return text


@dataclass(frozen=True, slots=True)
class CdnRule:
    """What the edge does with paths like `match` (* stands for anything). TTLs in seconds."""

    name: str
    match: str
    cache: bool
    edge_ttl: int | None = None
    browser_ttl: int | None = None


def rule_of(name: str, text: str) -> CdnRule:
    """`/assets/* cache edge 30d browser 365d` or `/api/* bypass`. Raises ValueError."""
    found = _RULE.fullmatch(text.strip())
    if found is None:
        raise ValueError("is not a rule such as `/assets/* cache edge 30d browser 365d`")
    cache = found["act"] == "cache"
    edge, browser = (_seconds(found[each]) for each in ("edge", "browser"))
    if not cache and (edge is not None or browser is not None):
        raise ValueError("bypasses the cache, so it has no time to keep anything")
    return CdnRule(name, found["match"], cache, edge, browser)


def _seconds(text: str | None) -> int | None:
    return int(text[:-1]) * _UNITS[text[-1]] if text else None


Route = Annotated[str, Strict(), AfterValidator(_route)]
RuleName = Annotated[str, Strict(), Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
RuleText = Annotated[str, Strict(), Field(max_length=400), AfterValidator(_rule)]
Ttl = Annotated[int, Strict(), Field(ge=0, le=366 * DAY)]
KeyPattern = Annotated[str, Strict(), Field(min_length=1, max_length=200)]


class Cache(Table):
    """`ttl` is the guide's table: how many seconds an answer may be kept, 0 for never.

    `warm` is asked for by `cache warm`; `routes` are further addresses that the platform has.
    `keys` are the patterns of Redis keys that a purge of everything deletes, without `keep_keys`.
    """

    ttl: dict[Route, Ttl] = Field(
        default={
            "/api/config": 3_600,
            "/api/genres": DAY,
            "/api/pitches/trending": 300,
            "/api/dashboard/*": 60,
            "/api/user/*": 0,
            "/api/auth/*": 0,
        }
    )
    warm: Annotated[tuple[Route, ...], Field(max_length=200)] = (
        "/",
        "/api/pitches",
        "/api/pitches/trending",
    )
    routes: Annotated[tuple[Route, ...], Field(max_length=2_000)] = ()
    keys: Annotated[tuple[KeyPattern, ...], Field(max_length=50)] = ("*",)
    keep_keys: Annotated[tuple[KeyPattern, ...], Field(max_length=50)] = (
        "*session*",
        "auth:*",
        "better-auth:*",
        "*rate*limit*",
        "lock:*",
        "queue:*",
    )


class Cdn(Table):
    """`rules` are Cloudflare cache rules of the site, the most important first."""

    rules: dict[RuleName, RuleText] = Field(
        default={
            "assets": "/assets/* cache edge 30d browser 365d",
            "api": "/api/* bypass",
            "scripts": "*.js cache edge 7d",
        }
    )

    @property
    def wanted(self) -> tuple[CdnRule, ...]:
        """The rules, the most important first."""
        return tuple(rule_of(name, text) for name, text in self.rules.items())
