"""Backups: made, listed, verified, kept, restored, rehearsed."""

from bot.command import Feature
from handlers.backups.commands import COMMANDS

FEATURE = Feature(name="backups", title="Backups", commands=COMMANDS)

__all__ = ["FEATURE"]
