"""Emptying caches: what was asked for, what it hits, and doing it within the plan's limits."""

from bot.purging.carrying_out import Purged, purge
from bot.purging.planning import PurgePlan, plan
from bot.purging.wanted import Kind, Places, Wanted, kind_of, wanted

__all__ = ["Kind", "Places", "PurgePlan", "Purged", "Wanted", "kind_of", "plan", "purge", "wanted"]
