"""How the bot itself is: is it connected, does anything wait, is anything stuck."""

from bot.command import Feature
from handlers.status.commands import RETRY, STATUS

FEATURE = Feature(name="status", title="The bot itself", commands=(STATUS, RETRY))

__all__ = ["FEATURE"]
