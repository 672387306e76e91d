"""The six key metrics of the operations guide."""

from bot.command import Feature
from handlers.metrics.commands import METRICS

FEATURE = Feature(name="metrics", title="Metrics", commands=(METRICS,))
