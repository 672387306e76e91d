"""The first line of a report: what kind of a week it was, in a sentence. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot.phrases import plural, span
from handlers.reports.result import Facts, Standing
from handlers.reports.wording import amount, down_for


class Mood(StrEnum):
    """In the order of how bad it is; the value is its emoji."""

    BAD = ":red_circle:"
    MIXED = ":large_yellow_circle:"
    GOOD = ":large_green_circle:"
    BLIND = ":white_circle:"

    @property
    def word(self) -> str:
        return {"BAD": "bad", "MIXED": "mixed", "GOOD": "good", "BLIND": "unmeasured"}[self.name]


_SEVERE = ("SEV1",)
_SERIOUS = ("SEV1", "SEV2")


def mood(facts: Facts) -> Mood:
    """Bad past an alert threshold or with a SEV1, mixed off a target or with a SEV2."""
    standings = {each.standing for each in facts.health}
    severities = {each.severity for each in facts.incidents}
    if Standing.ALERT in standings or severities & set(_SEVERE):
        return Mood.BAD
    if Standing.OFF_TARGET in standings or severities & set(_SERIOUS):
        return Mood.MIXED
    if all(each.value is None for each in facts.health):
        return Mood.BLIND
    blind = sum((each.length for each in facts.gaps), timedelta())
    return Mood.MIXED if blind > (facts.made_for - facts.since) * 0.1 else Mood.GOOD


def verdict(facts: Facts) -> str:
    """Words alone, without emoji or markup: `A good week: up 99.97 % of the time, …`."""
    found, noun = mood(facts), facts.kind_noun
    so_far = "" if facts.over else " so far"
    if found is Mood.BLIND:
        return f"Nothing is known of this {noun}{so_far}: nothing was measured, {_incidents(facts)}"
    parts = [each for each in (_up(facts), _speed(facts), _errors(facts)) if each]
    return f"A {found.word} {noun}{so_far}: {', '.join([*parts, _incidents(facts)])}"


def _up(facts: Facts) -> str:
    uptime = facts.figure("uptime")
    if uptime is None or uptime.value is None:
        return "uptime not measured"
    down = down_for(facts) or timedelta()
    lost = f" (down for about {span(down)})" if down >= timedelta(minutes=1) else ""
    return f"up {amount(uptime.value, '%')} of the time{lost}"


def _speed(facts: Facts) -> str:
    figure = facts.figure("response_time")
    if figure is None or figure.value is None:
        return ""
    if figure.standing is not Standing.ON_TARGET:
        return f"slow at {amount(figure.value, figure.unit)} on average"
    return f"answers in {amount(figure.value, figure.unit)} on average"


def _errors(facts: Facts) -> str:
    figure = facts.figure("error_rate")
    if figure is None or figure.value is None or figure.standing is Standing.ON_TARGET:
        return ""
    return f"{amount(figure.value, figure.unit)} of answers failed"


def _incidents(facts: Facts) -> str:
    if not facts.incidents:
        return "no incidents"
    still = sum(each.ended is None for each in facts.incidents)
    worst = facts.incidents[0].severity
    left = f", {still} still open" if still else ""
    return f"{plural(len(facts.incidents), 'incident')} (worst {worst}){left}"
