"""A diagnosis as plain data, for `--json`. Pure."""

from __future__ import annotations

from dataclasses import asdict

from handlers.diagnosis.result import Cause, Diagnosis


def diagnosis_data(found: Diagnosis) -> dict[str, object]:
    """Causes with their evidence by name, every fact, what was not seen, and the steps."""
    return {
        "asked": found.asked,
        "symptoms": [str(each) for each in found.symptoms],
        "why": found.why,
        "environment": found.environment,
        "at": found.at.isoformat(),
        "took_ms": round(found.took_ms, 1),
        "causes": [_cause(each) for each in found.causes],
        "possible": [_cause(each) for each in found.possible],
        "evidence": {name: asdict(fact) for name, fact in found.evidence.facts.items()},
        "not_looked_at": [{**asdict(each), "facts": sorted(each.facts)} for each in found.blind],
        "steps": [asdict(each) for each in found.steps],
    }


def _cause(cause: Cause) -> dict[str, object]:
    return {
        "name": cause.name,
        "words": cause.words,
        "confidence": cause.confidence.value,
        "reason": cause.rule.reason,
        "for": [fact.name for fact in cause.supporting],
        "against": [fact.name for fact in cause.opposing],
        "followers": list(cause.followers),
    }
