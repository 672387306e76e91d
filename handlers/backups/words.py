"""Words of this feature, for operations and views alike. Pure."""

from __future__ import annotations

from bot.backups.words import size, span

__all__ = ["plural", "size", "span"]


def plural(count: int, one: str, many: str = "") -> str:
    """`1 backup`, `12 backups`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
