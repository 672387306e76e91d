"""The first line of an answer, and the words and emoji of parts and states. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import clip, escape
from bot.judging.states import State
from bot.judging.wording import duration, listed, unbroken
from bot.phrases import plural
from handlers.health.causes import THE
from handlers.health.result import Check, Health, Verdict

TITLES = {
    "api": "API",
    "site": "Site",
    "database": "Database",
    "cache": "Cache",
    "uploads": "Uploads",
    "auth": "Sign-in",
    "certificate": "Certificate",
    "cloudflare": "Cloudflare",
    "backup": "Backup",
}
EMOJI = {
    State.DOWN: ":red_circle:",
    State.DEGRADED: ":warning:",
    State.UNKNOWN: ":grey_question:",
    State.HEALTHY: ":white_check_mark:",
}
VERDICTS = {
    Verdict.HEALTHY: ":white_check_mark: Healthy",
    Verdict.DEGRADED: ":warning: Degraded",
    Verdict.DOWN: ":red_circle: Down",
    Verdict.UNCERTAIN: ":grey_question: Not certain",
}

_CAUSES = 3  # told in the first line


def headline(health: Health) -> str:
    """The result in words: "Healthy: 9 of 9 checks passed in 412 ms"."""
    judged, passed = health.judged, health.of(State.HEALTHY)
    count = f"{len(passed)} of {plural(len(judged), 'check')} passed in {duration(health.took_ms)}"
    if not judged:
        names = listed([TITLES[check.component] for check in health.checks])
        return f"{VERDICTS[Verdict.UNCERTAIN]}: {names} could not be checked"
    start = VERDICTS[health.verdict]
    if health.network_fault:
        why = f"the bot's own network fails ({health.network_fault})"
        return unbroken(f"{start}: {why}; {count}")
    broken = [check for check in judged if check.state in {State.DOWN, State.DEGRADED}]
    unknown = health.of(State.UNKNOWN)
    told = _causes([check for check in broken or unknown if not check.follows])
    told = [*told[:_CAUSES], *([f"{len(told) - _CAUSES} more"] if told[_CAUSES:] else [])]
    told += _followers(judged)
    puzzling = [check for check in unknown if not check.follows]
    if broken and puzzling:
        told.append(f"{len(puzzling)} unknown")
    return unbroken(f"{start}: {'; '.join([*told, count])}")


def state_words(check: Check) -> str:
    """The state in a word, and its reason where it has one of its own."""
    summary = escape(clip(check.summary, 80))
    return summary if check.summary == check.state.value else f"{check.state.value}: {summary}"


def _causes(checks: Sequence[Check]) -> list[str]:
    """One cause often shows in several parts: told once, with the parts it shows in."""
    causes: dict[str, list[str]] = {}
    for check in checks:
        causes.setdefault(check.summary, []).append(TITLES[check.component])
    return [f"{listed(parts, 3)}: {escape(clip(cause, 60))}" for cause, parts in causes.items()]


def _followers(checks: Sequence[Check]) -> list[str]:
    """API and Sign-in follow from the database."""
    roots: dict[str, list[str]] = {}
    for check in checks:
        if check.follows:
            roots.setdefault(check.follows, []).append(TITLES[check.component])
    return [
        f"{listed(parts)} follow{'s' if len(parts) == 1 else ''} from {THE[root]}"
        for root, parts in roots.items()
    ]
