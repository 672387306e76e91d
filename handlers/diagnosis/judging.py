"""From evidence to causes: which rules hold, how surely, what only follows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.diagnosis.evidence import Evidence, Fact
from handlers.diagnosis.result import Cause
from handlers.diagnosis.rule import Confidence, Rule

# Facts that say that no answer of the API means anything, with the words for it.
_API_BROKEN = (
    ("api_trouble", "the API gives no answer"),
    ("api_form", "the API answers something else to everything"),
    ("api_all_fail", "every request to the API fails"),
)


def screened(evidence: Evidence) -> Evidence:
    """Without what came through an API that is broken itself."""
    for name, words in _API_BROKEN:
        fact = evidence.fact(name)
        if fact is not None and fact.bad:
            return evidence.without_api(f"Nothing can be learned that way: {words}.")
    return evidence


def judge(evidence: Evidence, rules: Sequence[Rule]) -> tuple[tuple[Cause, ...], tuple[Cause, ...]]:
    """(causes, merely possible ones): the surest first, in the rules' order among equals."""
    found = [cause for rule in rules if (cause := _cause(rule, evidence)) is not None]
    roots = [each for each in found if not _explained(each, found)]
    told = [_with_followers(each, found) for each in roots]
    told.sort(key=lambda each: (each.rule.minor, each.confidence.rank))
    sure = tuple(each for each in told if each.confidence is not Confidence.POSSIBLE)
    possible = tuple(each for each in told if each.confidence is Confidence.POSSIBLE)
    return sure, possible


def _cause(rule: Rule, evidence: Evidence) -> Cause | None:
    confidence = rule.confidence(evidence)
    if confidence is None:
        return None
    supporting = _once(sign.seen(evidence) for sign in (*rule.needs, *rule.signs))
    opposing = _once(
        [
            *(sign.seen(evidence) for sign in rule.unless),
            *(sign.refuted(evidence) for sign in rule.signs),
        ]
    )
    for_names = {fact.name for fact in supporting}
    detail = evidence.fact(rule.detail) if rule.detail else None
    words = f"{rule.cause}: {detail.shown}" if detail is not None else rule.cause
    against = tuple(fact for fact in opposing if fact.name not in for_names)
    return Cause(rule, confidence, words, tuple(supporting), against)


def _explained(cause: Cause, found: Sequence[Cause]) -> bool:
    """Whether a cause at least as sure, and not itself explained by this one, explains it."""
    return any(
        cause.name in other.rule.explains
        and other.confidence is not Confidence.POSSIBLE
        and other.name not in cause.rule.explains
        for other in found
    )


def _with_followers(cause: Cause, found: Sequence[Cause]) -> Cause:
    names = tuple(each.rule.cause for each in found if each.name in cause.rule.explains)
    return Cause(cause.rule, cause.confidence, cause.words, cause.supporting, cause.opposing, names)


def _once(facts: Iterable[Fact | None]) -> list[Fact]:
    seen: dict[str, Fact] = {}
    for fact in facts:
        if fact is not None:
            seen.setdefault(fact.name, fact)
    return list(seen.values())
