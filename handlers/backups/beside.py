"""The databases that stand beside the live one: which there are, and dropping one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.backups.beside_databases import BesideDatabase, Standing, drop, listed
from bot.backups.switching import live_name
from bot.command import Choice
from bot.errors import BadInput
from handlers.backups.result import Databases
from handlers.backups.telling import operation_of
from handlers.backups.words import size, standing

if TYPE_CHECKING:
    from bot.command import Arguments, Context


async def databases(context: Context) -> Databases:
    """The live one and those beside it. Raises DatabaseFailure."""
    database = context.clients.database
    return Databases(await live_name(database), await listed(database), context.runtime.now())


async def beside(context: Context, name: str) -> BesideDatabase:
    """The database of that name that the bot made. Raises BadInput, DatabaseFailure."""
    found = await listed(context.clients.database)
    for each in found:
        if each.name == name:
            return each
    names = ", ".join(f"`{each.name}`" for each in found)
    told = f"The bot made no database called {name[:63]}."
    if name == await live_name(context.clients.database):
        told = f"{name} is the live database, which no command of the bot drops."
    raise BadInput(
        told,
        f"Beside it there are: {names}." if names else "There is none beside the live one.",
        offers=(("All databases", "restore list"),),
    )


async def drop_beside(context: Context, name: str) -> BesideDatabase:
    operation, found = operation_of(context), await beside(context, name)
    await operation.step(f"Drop {name}")
    await drop(context.clients.database, name)
    return found


async def to_switch_to(context: Context, _arguments: Arguments) -> list[Choice]:
    """Those that are whole. Raises DatabaseFailure."""
    return [
        Choice(each.name, "Switch to it", f"{standing(each)}, {size(each.bytes)}")
        for each in await listed(context.clients.database)
        if each.standing in (Standing.RESTORED, Standing.REPLACED)
    ]


async def to_drop(context: Context, _arguments: Arguments) -> list[Choice]:
    """Those that the bot made, and no scratch database, which goes by itself."""
    return [
        Choice(each.name, "Drop it", f"{standing(each)}, {size(each.bytes)}")
        for each in await listed(context.clients.database)
    ]
