"""What one answer of the platform means, whatever it is. Pure.

The HTTP status alone decides nothing that the body can tell better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.clients.certificates import validity_of
from bot.clients.health_report import Part, Report
from bot.clients.health_words import Condition, tidy
from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer, Trouble
from bot.clients.platform import Refusal, not_offered, report_of
from bot.judging.states import State
from bot.judging.wording import listed

Outcome = Answer | NoAnswer
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SERVER_FAULT = 500
_INNER_MESSAGE = re.compile(r'"message"\s*:\s*"([^"]{4,})"')

_NEXT_STEPS = {
    Trouble.NAME: "Check the address in pitchey.toml and the domain's name servers.",
    Trouble.REFUSED: "Check that the latest deployment is live, and roll back if it is not.",
    Trouble.TIMED_OUT: "Look at the database first: a slow one holds every answer up.",
    Trouble.CERTIFICATE: "Renew or correct the certificate in Cloudflare.",
    Trouble.CUT: "Look at the Worker's errors and the latest deployment.",
    Trouble.REDIRECTS: "Look at redirect rules and at the latest deployment.",
    Trouble.UNREACHABLE: "Check the bot's own network first.",
    Trouble.PROTOCOL: "Check the address in pitchey.toml.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A state with its words. `report` is the understood body, where there was one."""

    state: State
    summary: str
    meaning: str
    next_step: str = ""
    report: Report | None = None


def read(outcome: Outcome, refusal: Refusal | None, who: str = "The API") -> Finding:
    """What an answer that should be a health report means; never raises."""
    if isinstance(outcome, NoAnswer):
        return no_answer(outcome)
    early = before_body(outcome, refusal, who)
    if early is not None:
        return early
    report = report_of(outcome)
    if report is None:
        return _unread(outcome, who)
    if outcome.status in {401, 403} and not report.parts:
        return _unread(outcome, who)
    found = of_report(report, who)
    if outcome.status >= _SERVER_FAULT and found.state is State.HEALTHY:
        meaning = f"{who} answers HTTP {outcome.status}, though its body says that all is well."
        return Finding(State.DEGRADED, f"HTTP {outcome.status}", meaning, report=report)
    return found


def before_body(answer: Answer, refusal: Refusal | None, who: str) -> Finding | None:
    """What status and outer form alone decide; None where the body must be read."""
    if (challenge := challenged(answer)) is not None:
        return challenge
    if answer.status == 402:
        return quota(f"{who} answers that its compute quota is exhausted (HTTP 402).")
    if answer.status == 429:
        wait = f"in {answer.retry_after:.0f} s" if answer.retry_after else "in a few minutes"
        return Finding(
            State.UNKNOWN,
            "rate limited",
            f"{who} refuses the bot for now (HTTP 429), so its state is not known.",
            f"Check again {wait}.",
        )
    if not_offered(answer, refusal):
        return Finding(
            State.NOT_OFFERED,
            "not offered",
            f"This release does not offer this check (HTTP {answer.status}).",
            "A newer release of the platform brings it.",
        )
    if answer.status in _REDIRECTS:
        target = tidy(answer.headers.get("location", "nowhere"), 120)
        return Finding(
            State.UNKNOWN,
            "moved",
            f"{who} redirects to {target} instead of answering.",
            "Correct the address in pitchey.toml.",
        )
    if not answer.body.strip():
        return _empty(answer, who)
    if answer.is_html:
        return Finding(
            State.DOWN,
            "web page instead of an answer",
            f"{who} sends a web page (HTTP {answer.status}) where data is due: "
            "something else answers in its place.",
            "Check routes and the latest deployment.",
        )
    return None


def challenged(answer: Answer) -> Finding | None:
    """Cloudflare wants a browser's check before it lets anybody through; None where it does not.

    Source: developers.cloudflare.com, "Detect a Challenge Page response": `cf-mitigated`.
    """
    if answer.headers.get("cf-mitigated") != "challenge":
        return None
    return Finding(
        State.UNKNOWN,
        "challenged by Cloudflare",
        "Cloudflare checks every browser, as under attack mode does; the bot has none.",
        "See `/pitchey security under-attack`, and open the site in a browser.",
    )


def of_report(report: Report, who: str) -> Finding:
    """What an understood health report means."""
    broken = report.troubled
    if any(part.quota_exhausted for part in broken):
        return quota(f"{who} says that the database's compute quota is exhausted.", report)
    if broken and report.condition is not Condition.BAD:
        names = listed([part_words(part) for part in broken])
        contrast = f"calls itself {report.said}, but says" if _calls_itself_well(report) else "says"
        return Finding(State.DEGRADED, "degraded", f"{who} {contrast}: {names}.", report=report)
    match report.condition:
        case Condition.BAD:
            detail = report.detail or listed([part_words(part) for part in broken])
            told = f": {detail.rstrip('.')}" if detail else ""
            meaning = f"{who} itself says {report.said}{told}."
            return Finding(State.DOWN, f"says {report.said}", meaning, report=report)
        case Condition.POOR:
            meaning = f"{who} says {report.said}, without naming a part."
            return Finding(State.DEGRADED, "degraded", meaning, report=report)
    unclear = report.unclear
    if unclear or (report.condition is not Condition.GOOD and report.said):
        words = listed([part_words(part) for part in unclear]) or report.said
        return Finding(
            State.UNKNOWN,
            "unclear",
            f"{who} answers with words this bot does not know: {words}.",
            report=report,
        )
    if not report.parts:
        meaning = f"{who} answers and calls itself {report.said}; it names no parts."
        return Finding(State.HEALTHY, "healthy", meaning, report=report)
    absent = [part.name for part in report.parts if part.condition is Condition.ABSENT]
    without = f"; {listed(absent)} not configured" if absent else ""
    working = len(report.parts) - len(absent)
    meaning = f"{who} answers, and all {working} parts it names work{without}."
    return Finding(State.HEALTHY, "healthy", meaning, report=report)


def part_words(part: Part) -> str:
    """database error (Timeout)."""
    inner = _INNER_MESSAGE.search(part.detail)  # errors come wrapped in each other
    told = inner[1] if inner else part.detail
    detail = f" ({tidy(told, 80)})" if told else ""
    return f"{part.name} {part.said}{detail}"


def part_finding(part: Part, who: str) -> Finding:
    """What a health report says of one part."""
    if part.quota_exhausted:
        return quota(f"The platform says of {who}: the database's compute quota is exhausted.")
    told = f"The platform says of {who}: {part_words(part)}."
    match part.condition:
        case Condition.GOOD:
            return Finding(State.HEALTHY, "healthy", told)
        case Condition.POOR:
            return Finding(State.DEGRADED, part.said, told)
        case Condition.BAD:
            return Finding(State.DOWN, "down", told)
        case Condition.ABSENT:
            return Finding(
                State.NOT_CONFIGURED,
                "not configured",
                f"The platform runs without {who}.",
            )
        case Condition.UNKNOWN:
            return Finding(State.UNKNOWN, "unclear", f"{told} This bot does not know that word.")


def describe(label: str, outcome: Outcome) -> str:
    """One line of evidence: what was asked, status, time, and the answer's beginning."""
    if isinstance(outcome, NoAnswer):
        came = f", {outcome.received} bytes came" if outcome.received else ""
        spent = outcome.seconds * 1000
        return (
            f"{label}: {outcome.trouble} after {spent:.0f} ms{came}. {tidy(outcome.message, 200)}"
        )
    excerpt = tidy(outcome.text[:1_000], 240) or "(empty body)"
    gone = f", by way of {' → '.join(outcome.redirects)}" if outcome.redirects else ""
    return (
        f"{outcome.method} {tidy(outcome.url, 160)}: {outcome.status} in "
        f"{outcome.milliseconds:.0f} ms, {len(outcome.body)} bytes{gone}. {excerpt}"
    )


def _calls_itself_well(report: Report) -> bool:
    return report.condition is Condition.GOOD and bool(report.said)


def quota(meaning: str, report: Report | None = None) -> Finding:
    """A used-up compute quota: not a crash, and cured by money or time alone."""
    return Finding(
        State.DEGRADED,
        "compute quota exhausted",
        meaning,
        "Raise the plan at Neon, or wait for the next billing period.",
        report,
    )


def _empty(answer: Answer, who: str) -> Finding:
    return Finding(
        State.DOWN,
        "empty answer",
        f"{who} answers HTTP {answer.status} with nothing in it.",
        "Look at the Worker's errors and the latest deployment.",
    )


def _unread(answer: Answer, who: str) -> Finding:
    if answer.status >= _SERVER_FAULT:
        return Finding(
            State.DOWN,
            f"fails with HTTP {answer.status}",
            f"{who} fails with HTTP {answer.status}: {tidy(answer.text[:600], 120)}",
            "Look at the Worker's errors and the latest deployment.",
        )
    if answer.status in {401, 403}:
        return Finding(
            State.UNKNOWN,
            "sign-in wanted",
            f"{who} wants a sign-in here (HTTP {answer.status}), so its state is not known.",
        )
    return Finding(
        State.UNKNOWN,
        "unknown form",
        f"{who} answers (HTTP {answer.status}), but in a form this bot does not know.",
        "See the details for the answer itself.",
    )


def no_answer(fault: NoAnswer) -> Finding:
    """What it means that no whole answer came."""
    summary = str(fault.trouble)
    if fault.trouble is Trouble.CERTIFICATE:
        summary = f"certificate {validity_of(fault.certificate_code)}"
    return Finding(State.DOWN, summary, tidy(fault.message, 240), _NEXT_STEPS[fault.trouble])
