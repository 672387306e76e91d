"""The key metrics as a message: worst first, each with its limits, source and window. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict

from bot.blocks import actions, clip, command_button, context, date, escape, section
from bot.command import Block, Delivery, Reply
from bot.settings import Metric
from handlers.metrics.result import TITLES, Gap, Measured, Metrics, Reading, Standing, stand

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|%|MB|hours?)(?!\w))", re.ASCII)
_EMOJI = {
    Standing.ALERT: ":red_circle:",
    Standing.OFF_TARGET: ":warning:",
    Standing.ON_TARGET: ":white_check_mark:",
    Standing.NO_DATA: ":heavy_minus_sign:",
}


def metrics_reply(metrics: Metrics, *, public: bool = False, day: str = "") -> Reply:
    """The whole answer of `/pitchey metrics`; `day` tells the last 24 hours in words."""
    text = headline(metrics)
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(f"{escape(metrics.environment)} · measured {date(metrics.started)}"),
    ]
    told = [each for each in metrics.metrics if each.standing is not Standing.NO_DATA]
    told.sort(key=lambda each: each.standing.rank)
    blocks += [section(_measured(each)) for each in told]
    without = metrics.of(Standing.NO_DATA)
    if without:
        blocks.append(section("\n".join(_gap(each) for each in without)))
    if day:
        blocks.append(section(day))
    blocks.append(context(_advice(metrics)))
    blocks.append(actions(*_buttons(metrics, public=public)))
    return Reply(text, blocks, public, metrics_data(metrics), metrics.exit_code)


def headline(metrics: Metrics) -> str:
    """The result in words: how many stand well, and the worst by name."""
    good = len(metrics.of(Standing.ON_TARGET))
    alerts, off = metrics.of(Standing.ALERT), metrics.of(Standing.OFF_TARGET)
    silent = len(metrics.of(Standing.NO_DATA))
    tail = f", {silent} without data" if silent else ""
    count = f"{good} of {len(metrics.metrics)} key metrics on target{tail}"
    if alerts:
        return f":red_circle: {_names(alerts)} past the alert threshold; {count}"
    if off:
        return f":warning: {_names(off)} off target; {count}"
    if not good:
        return f":grey_question: No data for any of {len(metrics.metrics)} key metrics"
    return f":white_check_mark: {count}"


def metrics_data(metrics: Metrics) -> dict[str, object]:
    """The result as plain data, for `--json`."""
    return {
        "environment": metrics.environment,
        "started": metrics.started.isoformat(),
        "took_ms": round(metrics.took_ms, 1),
        "metrics": [
            {
                "name": each.name,
                "standing": each.standing.value,
                "target": each.limits.target,
                "alert": each.limits.alert,
                "unit": each.limits.unit,
                "readings": [
                    {**asdict(reading), "value": round(reading.value, 2)}
                    for reading in each.readings
                ],
                "gaps": [asdict(gap) for gap in each.gaps],
            }
            for each in metrics.metrics
        ],
    }


def unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return _NUMBER_AND_UNIT.sub("\u00a0", text)


def amount(value: float, unit: str) -> str:
    """38 ms, 0.42 %, 99.95 %."""
    if unit == "ms":
        return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
    digits = 1 if value == 0 or 10 <= value < 99 else 2
    return f"{value:.{digits}f} {unit}"


def limits_text(limits: Metric) -> str:
    """target below 500 ms, alert above 1000 ms."""
    good, bad = ("above", "below") if limits.higher_is_better else ("below", "above")
    unit = limits.unit
    return f"target {good} {limits.target:g} {unit}, alert {bad} {limits.alert:g} {unit}"


def _measured(measured: Measured) -> str:
    lead, limits = measured.readings[0], measured.limits
    lines = [
        f"{_EMOJI[measured.standing]} *{TITLES[measured.name]}* {amount(lead.value, limits.unit)}, "
        f"{measured.standing.value} ({limits_text(limits)})",
        _source(lead),
    ]
    for other in measured.readings[1:]:
        standing = stand(other.value, limits)
        mark = f" ({standing.value})" if standing is not Standing.ON_TARGET else ""
        lines.append(f"Also {amount(other.value, limits.unit)}{mark}: {_source(other)}")
    lines += [f"_Missing:_ {_reason(gap)}" for gap in measured.gaps[:2]]
    return unbroken("\n".join(lines))


def _source(reading: Reading) -> str:
    detail = f"; {escape(clip(reading.detail, 160))}" if reading.detail else ""
    return f"{escape(clip(reading.source, 120))}, {escape(reading.window)}{detail}"


def _gap(measured: Measured) -> str:
    title = f"{_EMOJI[Standing.NO_DATA]} *{TITLES[measured.name]}* no data"
    reasons = list(dict.fromkeys(_reason(gap) for gap in measured.gaps))
    told = " ".join(reasons[:3]) or "No source tells it."
    return unbroken(f"{title} ({limits_text(measured.limits)})\n{told}")


def _reason(gap: Gap) -> str:
    remedy = f" {gap.remedy}" if gap.remedy else ""
    return escape(clip(f"{gap.reason}{remedy}", 260))


def _advice(metrics: Metrics) -> str:
    if metrics.of(Standing.ALERT):
        return "Past a threshold: check health to see which part it comes from."
    if metrics.of(Standing.OFF_TARGET):
        return "Between target and threshold: watch it."
    return "Targets and thresholds are those of the operations guide, set in pitchey.toml."


def _buttons(metrics: Metrics, *, public: bool) -> list[Block]:
    where = f"--environment {metrics.environment}"
    again = f"metrics {where}{' --public' if public else ''}"
    buttons = [
        command_button("Measure again", again, delivery=Delivery.UPDATE),
        command_button("Last 24 hours", f"metrics 24h {where}"),
        command_button("Check health", f"health {where}"),
    ]
    if not public:
        share = f"metrics {where} --public"
        buttons.append(command_button("Share in channel", share, delivery=Delivery.SHARE))
    return buttons


def _names(measured: tuple[Measured, ...]) -> str:
    names = [TITLES[each.name] for each in measured]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
