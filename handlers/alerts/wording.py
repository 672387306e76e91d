"""What is measured, in words with units. Pure."""

from __future__ import annotations

from bot.settings.alerts import Rule
from handlers.alerts.evaluation import Measured

_UNITS = {
    "uptime": "%",
    "response_time": "ms",
    "error_rate": "%",
    "cpu": "%",
    "memory": "%",
    "database_connections": "%",
    "cache_hit_rate": "%",
    "origin_error_rate": "%",
    "disk": "%",
    "requests": "a minute",
    "database_size": "bytes",
    "worker_errors": "errors",
    "certificate_days": "days",
    "backup_age_hours": "hours",
    "backup_size_change": "%",
    "backups_corrupt": "backups",
}
# How a sentence says the latest value of what is one thing and no rate.
_LATEST = {
    "backup_age_hours": "The newest good backup is {} old",
    "backup_size_change": "Its size differs by {} from the good one before",
}
_ONE = {"days": "day", "hours": "hour", "errors": "error", "bytes": "byte", "backups": "backup"}
_STATISTICS = {
    "average": "on average over", "minimum": "at least over", "maximum": "at most over",
    "sum": "in", "p50": "p50 over", "p95": "p95 over", "p99": "p99 over", "latest": "",
}  # fmt: skip


def amount(value: float, metric: str) -> str:
    """`4.2 %`, `1,250 ms`, `12 days`."""
    unit = _UNITS.get(metric, "")
    if unit == "hours" and 0 <= value < 1:
        return f"{value * 60:.0f} min"
    number = figure(value)
    if metric == "uptime" and 99 < value < 100:
        number = f"{value:.3f}".rstrip("0").rstrip(".")
    if number == "1":
        unit = _ONE.get(unit, unit)
    return f"{number} {unit}".strip()


def figure(value: float) -> str:
    """`0.2`, `14.4`, `1,250`: three digits, and never a power of ten."""
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0001 else "less than 0.0001"


def minutes(count: int) -> str:
    """`10 min`, `3 h`, `3 days`."""
    if count % 1_440 == 0:
        days = count // 1_440
        return "1 day" if days == 1 else f"{days} days"
    return f"{count // 60} h" if count % 60 == 0 else f"{count} min"


def condition(rule: Rule) -> str:
    """When it fires: `above 1 % on average over 10 min, for 5 min; resolves at 0.8 %`."""
    window = minutes(rule.window_minutes)
    if rule.burn_rate is not None:
        short = minutes(rule.short_window_minutes)
        return f"burns over {rule.burn_rate:g}× as fast as allowed in {window} and in {short}"
    side, limit = ("above", rule.above) if rule.above is not None else ("below", rule.below)
    how = _STATISTICS[rule.statistic]
    parts = [f"{side} {amount(limit or 0, rule.metric)}"]
    if how:
        parts.append(f"{how} {window}")
    text = " ".join(parts)
    if rule.for_minutes:
        text += f", for {minutes(rule.for_minutes)}"
    if rule.clear is not None:
        text += f"; resolves at {amount(rule.clear, rule.metric)}"
    return text


def now(rule: Rule, measured: Measured) -> str:
    """What is measured, for a list of rules: `312 ms`, `0.2× and 0×`."""
    if measured.value is None:
        return f"no sample for {minutes(rule.window_minutes)}"
    if rule.burn_rate is not None:
        short = "nothing" if measured.short is None else figure(measured.short)
        return f"{figure(measured.value)}× and {short}{'' if measured.short is None else '×'}"
    return amount(measured.value, rule.metric)


def summary(rule: Rule, measured: Measured) -> str:
    """What is measured beside the limit: `4.2 % on average over 10 min, alert above 1 %`."""
    window = minutes(rule.window_minutes)
    if measured.value is None:
        return f"No sample in the last {window}."
    if rule.burn_rate is not None:
        short = "" if measured.short is None else f" and {figure(measured.short)}× in "
        tail = f"{short}{minutes(rule.short_window_minutes)}" if short else ""
        return (
            f"The error budget burned {figure(measured.value)}× as fast as allowed "
            f"in {window}{tail}, "
            f"alert above {rule.burn_rate:g}×"
        )
    if rule.metric == "backups_corrupt":
        if measured.value == 0:
            return "The newest backup can be read back"
        newest = "newest backup" if measured.value == 1 else f"newest {measured.value:g} backups"
        return f"The {newest} cannot be read back. A restore brings back what is older"
    side, limit = ("above", rule.above) if rule.above is not None else ("below", rule.below)
    if rule.statistic == "latest" and rule.metric in _LATEST:
        told = _LATEST[rule.metric].format(amount(measured.value, rule.metric))
        return f"{told}, alert {side} {amount(limit or 0, rule.metric)}"
    how = _STATISTICS[rule.statistic]
    over = f" {how} {window}" if how else ""
    return (
        f"{amount(measured.value, rule.metric)}{over}, alert {side} "
        f"{amount(limit or 0, rule.metric)}"
    )
