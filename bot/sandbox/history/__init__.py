"""A made-up past, seeded and repeatable: what the bot would remember of a year of work."""

from bot.sandbox.history.asked import Asked, Unreasonable, read

__all__ = ["Asked", "Unreasonable", "read"]
