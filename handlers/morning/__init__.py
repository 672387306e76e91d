"""The morning check: the guide's checklist by itself at nine, and when asked."""

from bot.command import Feature
from handlers.morning.commands import CHECK, MORNING

FEATURE = Feature(name="morning", title="Morning check", commands=(MORNING,), jobs=(CHECK,))

__all__ = ["FEATURE"]
