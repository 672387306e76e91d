"""What writes to the database is stopped before it is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.command import Context


async def stop_writers(_context: Context, _why: str) -> str:
    """Turn maintenance mode on; answers in a sentence what was done."""
    return ""
