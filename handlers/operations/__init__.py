"""What was asked of the bot that changes something: what waits, runs, ran, and how it ended."""

from bot.command import Feature
from handlers.operations.commands import OPERATION, OPERATIONS

FEATURE = Feature(name="operations", title="Operations", commands=(OPERATIONS, OPERATION))

__all__ = ["FEATURE"]
