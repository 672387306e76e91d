"""Which trouble only follows from another part's, and what to do about each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.judging.states import NO_WAY_OUT, SOME_FAIL, State
from handlers.health.result import Check, network_fault

OWN_NETWORK = "own network"
THE = {
    "api": "the API",
    "site": "the site",
    "database": "the database",
    "cache": "the cache",
    "uploads": "uploads",
    "certificate": "the certificate",
    OWN_NETWORK: "the bot's own network",
}
_BAD = frozenset({State.DOWN, State.DEGRADED})
_TROUBLED = frozenset({State.DOWN, State.DEGRADED, State.UNKNOWN})
# How health reports name the parts that other checks look at themselves.
_NAMES = {
    "database": ("database", "postgres", "neon", "db"),
    "cache": ("cache", "redis", "upstash"),
    "uploads": ("storage", "r2", "upload"),
}
# Where a check knows nothing better.
_STEPS = {
    "api": "Look at the part it names; the details have its whole answer.",
    "site": "Look at the latest Pages deployment.",
    "database": "Look at the database in its provider's console.",
    "cache": "Look at Redis in Upstash's console; pages work without it, slower.",
    "uploads": "Look at the bucket in Cloudflare, R2.",
    "auth": "Look at the Worker's errors and the sign-in secrets.",
    "certificate": "Open the site in a browser and look at its certificate.",
    "cloudflare": "Open cloudflarestatus.com and look.",
    "backup": "Look at the backups' bucket.",
}


def traced(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks, each trouble with its cause where another part's is it, and a next step."""
    if network_fault(checks):
        found = tuple(_out_of_reach(check) for check in checks)
    else:
        parts = {check.component: check for check in checks}
        found = tuple(_following(check, parts) for check in checks)
    return tuple(_with_step(check) for check in found)


def _out_of_reach(check: Check) -> Check:
    if check.lost not in NO_WAY_OUT:
        return check
    step = "Check the bot's own network first."
    return replace(check, state=State.UNKNOWN, follows=OWN_NETWORK, next_step=step)


def _following(check: Check, parts: Mapping[str, Check]) -> Check:
    cause, sure = _cause(check, parts) if check.state in _TROUBLED else ("", True)
    if not cause:
        return check
    if cause == "api" and parts["api"].summary == SOME_FAIL:
        check = replace(check, state=State.DEGRADED)  # failures by chance are no proof of more
    start = "Follows" if sure else "Probably follows"
    step = f"{start} from {THE[cause]}; look there first."
    return replace(check, follows=cause, next_step=step)


def _cause(check: Check, parts: Mapping[str, Check]) -> tuple[str, bool]:
    """The part that this trouble follows from, and whether that is sure."""
    certificate, api, database = (parts.get(name) for name in ("certificate", "api", "database"))
    if _broken(certificate, check) and check.summary.startswith("certificate "):
        return "certificate", True
    for name in ("site", "api"):
        if check.component == "certificate" and check.lost and check.lost == _lost(parts.get(name)):
            return name, True
    if _broken(api, check) and api is not None and not _blames(api, "database"):
        silent = check.summary == "nobody to ask"
        alike = check.component == "auth" and check.summary == api.summary
        if silent or alike:
            return "api", True
    by_chance = api is not None and api.summary == SOME_FAIL
    if by_chance and check.component == "auth" and check.summary.startswith("fails with HTTP 5"):
        return "api", False
    for name in _NAMES:
        blamed = parts.get(name)
        if blamed is not None and blamed.state in _BAD and _blames(check, name):
            return name, True
    if _broken(database, check) and database is not None:
        if check.summary == database.summary and not check.lost:
            return "database", True
        if check.component == "auth" and check.state is not State.UNKNOWN:
            return "database", False
    return "", True


def _broken(part: Check | None, check: Check) -> bool:
    """Whether nothing can work over this other part."""
    if part is None or part.component == check.component:
        return False
    return part.state is State.DOWN or "quota" in part.summary


def _blames(check: Check, part: str) -> bool:
    """Whether everything that this check's answer calls broken is that one part."""
    return bool(check.blames) and all(
        any(word in name.lower() for word in _NAMES[part]) for name in check.blames
    )


def _lost(part: Check | None) -> str:
    return part.lost if part is not None else ""


def _with_step(check: Check) -> Check:
    if check.next_step or check.state not in _TROUBLED:
        return check
    return replace(check, next_step=_STEPS[check.component])
