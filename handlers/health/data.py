"""Health as plain data, for `--json`. Pure."""

from __future__ import annotations

from dataclasses import asdict

from handlers.health.result import Check, Health


def health_data(health: Health) -> dict[str, object]:
    """The result as plain data: times in ms with one decimal, values as text and as number."""
    return {
        **asdict(health),
        "started": health.started.isoformat(),
        "verdict": health.verdict.value,
        "took_ms": round(health.took_ms, 1),
        "checks": [_check(check) for check in health.checks],
    }


def _check(check: Check) -> dict[str, object]:
    data = asdict(check)
    amount, unit = check.amount, check.unit
    if amount is None and check.value and check.latency_ms is not None:
        amount, unit = check.latency_ms, "ms"
    return {
        **data,
        "amount": None if amount is None else round(amount, 1),
        "unit": unit,
        "latency_ms": None if check.latency_ms is None else round(check.latency_ms, 1),
        "took_ms": round(check.took_ms, 1),
    }
