"""Backups: made, listed, verified, kept, restored, rehearsed."""

from bot.command import Feature
from handlers.backups import (
    commands,
    keeping_commands,
    recovering,
    recovery_commands,
    restore_commands,
    scratch,
)
from handlers.backups.jobs import JOBS

FEATURE = Feature(
    name="backups",
    title="Backups",
    commands=(
        *commands.COMMANDS,
        *keeping_commands.COMMANDS,
        *restore_commands.COMMANDS,
        *recovery_commands.COMMANDS,
    ),
    jobs=JOBS,
    listeners=(*scratch.LISTENERS, *recovering.LISTENERS),
)

__all__ = ["FEATURE"]
