"""Scaling: limits, forecasts, regions and replicas."""

from bot.command import Feature
from handlers.scaling.commands import FAILOVER, SCALE

FEATURE = Feature(name="scaling", title="Scaling", commands=(SCALE, FAILOVER))

__all__ = ["FEATURE"]
