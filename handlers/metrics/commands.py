"""`/pitchey metrics`: the guide's six key metrics, honestly sourced."""

from __future__ import annotations

from bot.arguments import known_environment
from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from handlers.metrics.operations import collect_metrics
from handlers.metrics.views import metrics_reply


async def metrics(context: Context, arguments: Arguments) -> Reply:
    """Measure now and answer with each metric's standing."""
    environment = arguments.get("environment")
    known_environment(context.settings, environment, "metrics")
    result = await collect_metrics(context.clients, context.settings, environment=environment)
    return metrics_reply(result, public=bool(arguments.get("public")))


METRICS = Command(
    name="metrics",
    summary="The six key metrics against their targets, each with its source.",
    run=metrics,
    arguments=(
        Argument(
            "environment",
            "which deployment, as named in pitchey.toml",
            flag=True,
        ),
        Argument("public", "show the answer to everybody in the channel", kind=Kind.FLAG),
    ),
    examples=("metrics",),
    details=(
        "Uptime, response time, error rate, CPU, memory and database connections. Each number "
        "names where it comes from and over what time; what nothing measures is said to have "
        "no data."
    ),
    guide="Daily Operations, Key Metrics to Track",
    deadline=60.0,
)
