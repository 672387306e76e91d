"""Progress of long work on backups, which a person may cancel at any moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.journal import OperationCancelled

if TYPE_CHECKING:
    from bot.command import Context, Operation


def operation_of(context: Context) -> Operation:
    """Raises OpsError where it does not run as an operation."""
    if context.operation is None:
        raise OpsError("This runs as an operation only.", permanent=True)
    return context.operation


def saying(context: Context) -> Callable[[str], Awaitable[None]]:
    """Tells how it stands; raises OperationCancelled once somebody pressed Cancel."""
    operation = operation_of(context)

    async def say(text: str) -> None:
        if operation.cancel_requested:
            raise OperationCancelled(f"Cancelled: {text}.")
        await context.progress.say(text)

    return say
