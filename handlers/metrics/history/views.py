"""A window of history as a message with its chart. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, command_button, context, date, escape, section, table
from bot.command import Block, Reply, Upload
from handlers.metrics.history.asked import USUAL, words
from handlers.metrics.history.drawing import KEY, described, figure, sparkline, title
from handlers.metrics.history.reading import History, Line
from handlers.metrics.result import Standing

_EMOJI = {
    Standing.ALERT: ":red_circle:",
    Standing.OFF_TARGET: ":warning:",
    Standing.ON_TARGET: ":white_check_mark:",
    Standing.NO_DATA: ":grey_question:",
}


def history_reply(
    history: History, zone: str, *, chart: bytes | None = None, public: bool = False
) -> Reply:
    """The whole answer of `/pitchey metrics 7d`; `chart` goes with it as a file."""
    text = headline(history)
    blocks: list[Block] = [section(f"*{text}*"), context(_about(history))]
    if any(line.value is not None for line in history.lines):
        blocks.append(_table(history))
    if (detail := _detail(history)) is not None:
        blocks.append(detail)
    files: tuple[Upload, ...] = ()
    if history.drawn is not None:
        words_of_it = described(history, zone)
        shown = escape(clip(words_of_it, 1_500))
        if chart is None:
            shown = f"`{sparkline(history.drawn.points)}`\n{shown}"
        blocks.append(section(shown))
        if chart is not None and not public:
            told = "The chart is a file of its own: in this thread, else in your direct messages."
            blocks.append(context(told))
        if chart is not None:
            name = f"{history.drawn.line.entry.name}-{history.asked.text}.png"
            files = (
                Upload(name, chart, title(history, history.drawn), words_of_it, supplement=True),
            )
    blocks.append(actions(*_buttons(history, public=public)))
    return Reply(text, blocks, public, history_data(history), history.exit_code, files=files)


def headline(history: History) -> str:
    """The result in words: the metric itself, or the worst by name."""
    span = f"in the last {words(history.asked.window)}"
    if history.asked.metric is not None:
        line = history.lines[0]
        name = line.entry.title
        if line.value is None:
            return f":grey_question: {name}: no history {span}"
        standing = line.standing
        emoji = _EMOJI[standing] if standing else ":bar_chart:"
        state = f", {standing.value}" if standing else ""
        shown = figure(line.value, line.entry.unit)
        return f"{emoji} {name} {shown} ({line.entry.figure.value}){state} {span}"
    judged = [line for line in history.lines if line.limits is not None]
    alerts = [line for line in judged if line.standing is Standing.ALERT]
    off = [line for line in judged if line.standing is Standing.OFF_TARGET]
    good = sum(line.standing is Standing.ON_TARGET for line in judged)
    silent = sum(line.standing is Standing.NO_DATA for line in judged)
    count = f"{good} of {len(judged)} key metrics on target {span}"
    tail = f", {silent} without data" if silent else ""
    if alerts:
        return f":red_circle: {_names(alerts)} past the alert threshold; {count}{tail}"
    if off:
        return f":warning: {_names(off)} off target; {count}{tail}"
    if not good:
        return f":grey_question: No history of the key metrics {span}"
    return f":white_check_mark: {count}{tail}"


def in_a_line(history: History) -> str:
    """The key metrics that have a history, in one sentence; empty without any."""
    told = [
        f"{line.entry.title.lower() if line.entry.title != 'CPU usage' else 'CPU usage'} "
        f"{figure(line.value, line.entry.unit)}"
        for line in history.lines
        if line.value is not None and line.limits is not None
    ]
    span = words(history.asked.window)
    return f"_Last {span}:_ {', '.join(told)} (averages; times and loads at p95)." if told else ""


def history_data(history: History) -> dict[str, object]:
    """The result as plain data, for `--json`."""
    return {
        "environment": history.environment,
        "since": history.since.isoformat(),
        "until": history.until.isoformat(),
        "metrics": [
            {
                "name": line.entry.name,
                "unit": line.entry.unit,
                "figure": line.entry.figure.value,
                "value": line.value,
                "before": line.before,
                "change_percent": line.change,
                "samples": line.samples,
                "target": line.limits.target if line.limits else None,
                "alert": line.limits.alert if line.limits else None,
                "standing": line.standing.value if line.standing else None,
            }
            for line in history.lines
        ],
        "points": [
            [at.isoformat(), value] for at, value in (history.drawn.points if history.drawn else [])
        ],
    }


def _table(history: History) -> Block:
    rows = [["Metric", "Value", "State", "Before", "Target", "Alert"]]
    for line in history.lines:
        unit, limits = line.entry.unit, line.limits
        good, bad = ("≥", "<") if line.entry.higher_is_better else ("≤", ">")
        rows.append(
            [
                line.entry.title,
                figure(line.value, unit) if line.value is not None else "no data",
                line.standing.value if line.standing else "–",
                _change(line),
                f"{good} {limits.target:g} {unit}" if limits else "–",
                f"{bad} {limits.alert:g} {unit}" if limits else "–",
            ]
        )
    return table(rows, align=["left", "right", "left", "right", "right", "right"])


def _change(line: Line) -> str:
    """The window before, and how this one differs: "198 ms (+7 %)"."""
    if line.before is None:
        return "–"
    shown = figure(line.before, line.entry.unit)
    if line.change is None:
        return shown
    if line.value is not None and line.entry.unit == "%":
        points = line.value - line.before
        signed = f"{points:+.2f}".replace("-", "−")
        return f"{shown} ({signed} points)" if abs(points) >= 0.005 else f"{shown} (same)"
    if abs(line.change) < 0.5:
        return f"{shown} (same)"
    signed = f"{line.change:+,.0f}".replace("-", "−")
    return f"{shown} ({signed} %)" if abs(line.change) < 1_000 else f"{shown} (over ten times)"


def _detail(history: History) -> Block | None:
    """More of the one metric that was asked for."""
    if history.asked.metric is None or history.lines[0].value is None:
        return None
    line = history.lines[0]
    unit = line.entry.unit
    if line.entry.counts:
        return context(f"{line.samples:,} measurements, each answer weighing the same.")
    return context(
        f"{line.samples:,} measurements: least {figure(line.least, unit)}, "
        f"median {figure(line.median, unit)}, greatest {figure(line.greatest, unit)}."
    )


def _about(history: History) -> str:
    told = [escape(history.environment), f"{date(history.since)} to {date(history.until)}"]
    if history.began is not None and history.began > history.since:
        told.append(f"history begins {date(history.began, '{date_short_pretty}')}")
    if history.refused:
        told.append(f"{history.refused:,} impossible values refused so far")
    if all(line.value is None for line in history.lines):
        told.append("measured every minute from the bot's start on; see `/pitchey metrics`")
    return " · ".join(told)


def _buttons(history: History, *, public: bool) -> list[Block]:
    chosen, where = history.asked.metric, f"--environment {history.environment}"
    shown = " --public" if public else ""
    found = [
        command_button(
            f"Last {each}", f"metrics {each}{f' {chosen.name}' if chosen else ''} {where}{shown}"
        )
        for each in USUAL
        if each != history.asked.text
    ]
    if chosen is None:
        found += [
            command_button(each.title, f"metrics {history.asked.text} {each.name} {where}{shown}")
            for each in KEY[:3]
        ]
    else:
        found.append(command_button("All metrics", f"metrics {history.asked.text} {where}{shown}"))
    found.append(command_button("Error budget", f"slo {where}"))
    return found


def _names(lines: list[Line]) -> str:
    names = [line.entry.title for line in lines]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
