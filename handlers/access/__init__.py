"""Who am I to the bot: the role, why, what it allows, and the limits of this channel."""

from handlers.access.commands import FEATURE

__all__ = ["FEATURE"]
