"""How long an answer may be kept, by what it says, against how long it should be. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.cache.result import Row, Verdict
from handlers.cache.words import lasting

_DIRECTIVE = re.compile(r'([a-z-]+)\s*(?:=\s*"?(\d{1,12})"?)?')
_FROM_CACHE = frozenset({"HIT", "STALE", "UPDATING", "REVALIDATED"})


@dataclass(frozen=True, slots=True)
class Said:
    """What Cache-Control says; times in seconds, None where it says none."""

    directives: Mapping[str, int | None]

    @property
    def never(self) -> bool:
        """No shared cache may answer with it unasked."""
        return bool({"no-store", "private", "no-cache"} & self.directives.keys())

    @property
    def browser(self) -> int | None:
        return self.directives.get("max-age")

    @property
    def shared(self) -> int | None:
        """How long shared caches may keep it."""
        if self.never:
            return 0
        found = self.directives.get("s-maxage")
        return self.browser if found is None else found


def said(control: str) -> Said:
    """Reads Cache-Control (RFC 9111); what is unknown in it is left out."""
    parts = (_DIRECTIVE.match(part.strip()) for part in control.lower().split(","))
    return Said({part[1]: int(part[2]) if part[2] else None for part in parts if part})


def judge(pattern: str, wanted: int, url: str, status: int, headers: Mapping[str, str]) -> Row:
    """One answer against the table; `headers` have names in small letters."""
    control = headers.get("cdn-cache-control") or headers.get("cache-control", "")
    told = said(control)
    age_text, cached = headers.get("age", ""), headers.get("cf-cache-status", "").upper()
    age = int(age_text) if age_text.isascii() and age_text.isdigit() else None
    kept = cached in _FROM_CACHE or bool(age)

    def row(verdict: Verdict, why: str, step: str = "") -> Row:
        return Row(
            pattern, wanted, verdict, url, control[:200], told.shared, age, cached[:20], why, step
        )

    if wanted == 0:
        return row(*_never(told, kept, control))
    if status in {401, 403}:
        return row(Verdict.SIGNED_IN, "only people who are signed in get an answer to judge")
    header = f"send Cache-Control: public, max-age={wanted}"
    if not control:
        return row(Verdict.UNTOLD, "browsers and the edge decide by themselves", header)
    if told.never:
        return row(Verdict.DIFFERS, f"is never kept; wanted {lasting(wanted)}", header)
    if told.shared is None:
        return row(Verdict.UNTOLD, "names no time", header)
    if told.shared != wanted:
        than = "shorter" if told.shared < wanted else "longer"
        why = f"is kept for {lasting(told.shared)}, {than} than {lasting(wanted)}"
        return row(Verdict.DIFFERS, why, header)
    if age is not None and age > wanted:
        why = f"is {lasting(age)} old, kept longer than it says"
        return row(Verdict.DIFFERS, why, "purge it, and look for a cache rule that overrides")
    return row(Verdict.RIGHT, f"kept for {lasting(wanted)}")


def _never(told: Said, kept: bool, control: str) -> tuple[Verdict, str, str]:
    header = "send Cache-Control: private, no-store"
    if kept:
        return (
            Verdict.EXPOSED,
            "came from a shared cache: a visitor may see another's answer",
            f"purge it now, and {header}",
        )
    if not told.never and (told.shared or 0) > 0:
        why = f"allows shared caches to keep it for {lasting(told.shared or 0)}"
        return Verdict.EXPOSED, why, f"purge it, and {header}"
    if not control:
        return Verdict.UNTOLD, "nothing forbids to keep it; most caches do not", header
    if {"no-store", "no-cache"} & told.directives.keys() or told.browser == 0:
        return Verdict.RIGHT, "never kept", ""
    if "private" in told.directives:
        if told.browser:
            why = f"the visitor's own browser keeps it for {lasting(told.browser)}"
            return Verdict.DIFFERS, why, header
        return Verdict.RIGHT, "kept by no shared cache", ""
    return Verdict.UNTOLD, "nothing forbids to keep it; most caches do not", header
