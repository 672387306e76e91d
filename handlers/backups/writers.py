"""What writes to the database is stopped before it is replaced, where the platform offers that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.maintenance_mode import state, switch_on
from handlers.backups.result import Stopped
from handlers.backups.telling import saying

if TYPE_CHECKING:
    from bot.command import Context

_MESSAGE = "The database is being restored."


async def can_stop(context: Context) -> str:
    """Empty where maintenance mode can be turned on, or is; else why it cannot."""
    try:
        found = await state(context.runtime)
    except OpsError as error:
        return error.message
    if found.on or found.version is not None:
        return ""
    return f"no version has the tag {context.settings.maintenance.tag}"


async def stop_writers(context: Context) -> Stopped:
    """Turn maintenance mode on; answers what was done.

    Where it cannot be turned on the restore goes on: what is written meanwhile stays in the
    database that is kept.
    """
    try:
        await switch_on(
            context.runtime, person=context.invocation.person, message=_MESSAGE,
            say=saying(context),
        )  # fmt: skip
    except OpsError as error:
        return Stopped(
            f"Writers were not stopped ({error.message.rstrip('.')}): what they wrote during the "
            "restore is in the database of before alone."
        )
    return Stopped("Maintenance mode is on: end it once all is well.", on=True)
