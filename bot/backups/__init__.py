"""Backups of the platform's database: made, listed, verified, restored. Knows no feature."""

from bot.backups.fresh import fresh_or_new
from bot.backups.manifest import Label
from bot.backups.shelf import KeptBackup, kept, newest_good
from bot.backups.taking import take

__all__ = ["KeptBackup", "Label", "fresh_or_new", "kept", "newest_good", "take"]
