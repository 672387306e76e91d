"""The cache: what its tiers hold and hit, purging, warming, and the table of times."""

from bot.command import Feature
from handlers.cache.commands import CACHE, TTL, WARM
from handlers.cache.purge_commands import PURGE

FEATURE = Feature(name="cache", title="Cache", commands=(CACHE, PURGE, TTL, WARM))

__all__ = ["FEATURE"]
