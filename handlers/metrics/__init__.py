"""The six key metrics of the operations guide, now and over time."""

from bot.command import Feature
from handlers.metrics.commands import METRICS, SLO
from handlers.metrics.gauges import begin
from handlers.metrics.marking import LISTENERS
from handlers.metrics.sampling import JOBS

FEATURE = Feature(
    name="metrics",
    title="Metrics",
    commands=(METRICS, SLO),
    jobs=JOBS,
    listeners=LISTENERS,
    begin=begin,
)
