"""A rehearsal of changes and approvals: harmless, and otherwise like the real ones."""

from bot.command import Feature
from handlers.practice.commands import CHANGE, DANGER

FEATURE = Feature(name="practice", title="Practice", commands=(CHANGE, DANGER))

__all__ = ["FEATURE"]
