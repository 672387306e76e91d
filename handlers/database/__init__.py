"""The platform's database: what is wrong with it, why, and the statement that mends it."""

from bot.command import Feature
from handlers.database.commands import COMMANDS

FEATURE = Feature(name="database", title="Database", commands=COMMANDS)

__all__ = ["FEATURE"]
