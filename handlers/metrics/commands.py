"""`/pitchey metrics` and `/pitchey slo`: the guide's key metrics, now and over time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.arguments import known_environment
from bot.blocks import code, section
from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from bot.errors import BadInput, OpsError
from handlers.metrics.history import asked as asking
from handlers.metrics.history.drawing import draw
from handlers.metrics.history.reading import history
from handlers.metrics.history.views import history_reply, in_a_line
from handlers.metrics.operations import collect_metrics
from handlers.metrics.slo.operations import objective
from handlers.metrics.slo.views import slo_reply
from handlers.metrics.views import metrics_reply

if TYPE_CHECKING:
    from handlers.metrics.history.asked import Asked

_ENVIRONMENT = Argument("environment", "which deployment, as named in pitchey.toml", flag=True)
_PUBLIC = Argument("public", "show the answer to everybody in the channel", kind=Kind.FLAG)


async def metrics(context: Context, arguments: Arguments) -> Reply:
    """Without a window: measure now. With one: what was sampled, and its chart."""
    environment = arguments.get("environment")
    known_environment(context.settings, environment, "metrics")
    asked = asking.read(arguments.get("window") or "", arguments.get("metric") or "")
    if asked is not None:
        return await _over_time(context, arguments, asked)
    if arguments.get("out"):
        raise BadInput("`--out` needs a window to draw.", "Example: `metrics 7d --out uptime.png`.")
    result = await collect_metrics(
        context.clients, context.settings, environment=environment, store=context.store
    )
    day = await _last_day(context, result.environment)
    return metrics_reply(result, public=bool(arguments.get("public")), day=day)


async def _last_day(context: Context, environment: str) -> str:
    """The key metrics of the last 24 hours in words; empty without a history."""
    try:
        found = await asyncio.to_thread(
            history,
            context.store,
            context.settings,
            environment,
            asking.Asked(timedelta(hours=24), "24h", None),
            context.runtime.now(),
            draws=False,
        )
    except OpsError:
        return ""  # what was measured now needs no store
    return in_a_line(found)


async def _over_time(context: Context, arguments: Arguments, asked: Asked) -> Reply:
    terminal = context.invocation.at_terminal
    out = arguments.get("out") or ""
    if out and not terminal:
        raise BadInput("`--out` writes a file, so it is for the terminal.", "Leave it out here.")
    settings, zone = context.settings, context.settings.team.timezone
    environment = settings.environment(arguments.get("environment")).name
    found = await asyncio.to_thread(
        history, context.store, settings, environment, asked, context.runtime.now()
    )
    # In a terminal the chart is only drawn into a file; its line is shown as text.
    chart = await asyncio.to_thread(draw, found, zone) if out or not terminal else None
    reply = history_reply(
        found, zone, chart=None if terminal else chart, public=bool(arguments.get("public"))
    )
    if out:
        told = await asyncio.to_thread(_write, Path(out), chart)
        reply.blocks.append(section(told))
    return reply


def _write(path: Path, chart: bytes | None) -> str:
    """Raises OpsError where the file cannot be written."""
    if chart is None:
        return "There is nothing to draw, so no file was written."
    try:
        path.write_bytes(chart)
    except OSError as error:
        raise OpsError(
            f"The chart cannot be written to {code(path)}: {error.strerror}.",
            "Name a file in a folder that you may write to.",
        ) from error
    return f"The chart is in {code(path)}."


async def slo(context: Context, arguments: Arguments) -> Reply:
    """What is left of the error budget, and how fast it goes."""
    known_environment(context.settings, arguments.get("environment"), "slo")
    environment = context.settings.environment(arguments.get("environment")).name
    text = arguments.get("window") or "30d"
    window = asking.window(text)
    if window < timedelta(hours=1):
        raise BadInput("An error budget needs an hour at least.", "Example: `slo 7d`.")
    found = await asyncio.to_thread(
        objective, context.store, context.settings, environment, window, context.runtime.now()
    )
    return slo_reply(found, public=bool(arguments.get("public")))


METRICS = Command(
    name="metrics",
    summary="The key metrics against their targets: now, or over time with a chart.",
    run=metrics,
    arguments=(
        Argument("window", "how far back: 1h, 24h, 7d, 30d or any other", example="7d"),
        Argument("metric", "one metric, such as response_time", rest=True, example="uptime"),
        _ENVIRONMENT,
        _PUBLIC,
        Argument("out", "write the chart to this file (terminal only)", flag=True),
    ),
    examples=("metrics", "metrics 24h", "metrics 7d response_time"),
    details=(
        "Alone: uptime, response time, error rate, CPU, memory and database connections, measured "
        "now; each number names where it comes from and over what time. With a window: every "
        "metric that was sampled, with target, alert threshold and the same window before, and a "
        "chart with incidents and deployments marked. Percentiles are those of the single "
        "measurements, within 0.5 %. Times without measurements stay empty."
    ),
    guide="Daily Operations, Key Metrics to Track",
    deadline=60.0,
)
SLO = Command(
    name="slo",
    summary="How much of the error budget is left, and how fast it goes.",
    run=slo,
    arguments=(
        Argument("window", "the budget's window; 30d unless given", example="7d"),
        _ENVIRONMENT,
        _PUBLIC,
    ),
    examples=("slo", "slo 7d"),
    details=(
        "The objective is the target of uptime (99.9 % in the guide). The budget is what may fail "
        "within the window; the burn rate says how many times faster than allowed it goes."
    ),
    guide="Daily Operations, Key Metrics to Track",
    deadline=30.0,
)
