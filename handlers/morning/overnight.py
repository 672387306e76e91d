"""The night's metrics beside the night before, out of the samples."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.phrases import plural
from handlers.morning.result import Found, State, unchecked
from handlers.morning.words import change, listed

if TYPE_CHECKING:
    from bot.settings import Metric, MetricName, Settings
    from bot.store import Bucket, Store

NIGHT = timedelta(hours=12)
_DAY = timedelta(days=1)
NAMES: dict[MetricName, str] = {
    "uptime": "Uptime",
    "response_time": "Response time",
    "error_rate": "Error rate",
    "cpu": "CPU",
    "memory": "Memory",
    "database_connections": "Database connections",
}


def overnight(store: Store, settings: Settings, environment: str, now: datetime) -> Found:
    """Averages of the last twelve hours; of response times the 95th percentile too.

    Raises OpsError where the store cannot be read.
    """
    lines: list[tuple[int, str]] = []
    past: list[str] = []
    off: list[str] = []
    silent: list[str] = []
    data: dict[str, float | None] = {}
    for name, title in NAMES.items():
        limits = settings.metrics[name]
        night = store.samples.window(environment, name, now - NIGHT, now)
        before = store.samples.window(environment, name, now - NIGHT - _DAY, now - _DAY)
        if night is None:
            silent.append(title)
            data[name] = None
            continue
        value = _value(name, night)
        data[name] = round(value, 3)
        rank = _rank(value, limits)
        if rank == 0:
            past.append(title)
        elif rank == 1:
            off.append(title)
        lines.append((rank, _line(name, title, value, night, before, limits)))
    command = ("Metrics of the night", f"metrics 24h --environment {environment}")
    if not lines:
        why = "no measurement of the last 12 hours is stored: was the bot running?"
        return unchecked("metrics", why, *command)
    told = [text for _, text in sorted(lines, key=lambda each: each[0])]
    if silent:
        told.append(f"Not measured: {listed(silent, 6)}")
    good = len(lines) - len(past) - len(off)
    summary = f"{good} of {plural(len(lines), 'metric')} on target in the last 12 h"
    why = f"{listed(past)} past the alert threshold last night" if past else ""
    state = State.NEEDS if past else (State.NOTE if off else State.GOOD)
    return Found("metrics", state, summary, tuple(told), why, *command, data=data)


def _value(name: str, bucket: Bucket) -> float:
    return bucket.average * (100.0 if name == "uptime" else 1.0)


def _rank(value: float, limits: Metric) -> int:
    """0 past the alert threshold, 1 off target, 2 on target; judged as shown."""
    value = round(value, 2)
    if limits.higher_is_better:
        return 0 if value < limits.alert else int(value >= limits.target) + 1
    return 0 if value > limits.alert else int(value <= limits.target) + 1


def _line(
    name: str, title: str, value: float, night: Bucket, before: Bucket | None, limits: Metric
) -> str:
    mark = (", past the alert threshold", ", off target", "")[_rank(value, limits)]
    unit, sign = limits.unit, "≥" if limits.higher_is_better else "≤"
    worst = f", 95 % under {night.quantile(0.95):,.0f} ms" if name == "response_time" else ""
    earlier = ""
    if before is not None:
        then = _value(name, before)
        moved = f"{value - then:+.2f} points" if name == "uptime" else change(value, then)
        earlier = f"; before {_amount(then, unit)}{', ' + moved if moved else ''}"
    return f"{title} {_amount(value, unit)} (target {sign}{limits.target:g}){mark}{worst}{earlier}"


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} ms" if unit == "ms" else f"{value:.2f} {unit}"
