"""Restores: into a database beside the live one, then, as an act of its own, in its place."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from bot.backups import Label, take
from bot.backups.beside_databases import (
    Standing,
    check_name,
    drop_unfinished,
    listed,
)
from bot.backups.drilling import drill
from bot.backups.reading import Damaged
from bot.backups.restoring import Restored, check_readable, restore_into
from bot.backups.shelf import KeptBackup
from bot.backups.switching import Switched, find, live_name, switch
from bot.errors import BadInput, OpsError
from bot.journal import says_first
from handlers.backups.result import Drilled, Recovered, Stopped
from handlers.backups.telling import operation_of, saying
from handlers.backups.words import lost_since
from handlers.backups.writers import stop_writers

if TYPE_CHECKING:
    from bot.command import Context

SAFETY, COMPARE, SWITCH = "Make a safety backup", "Restore and compare", "Switch the databases"
STOP = "Stop what writes"
_DONE_BEFORE = Stopped(
    "The databases had changed names before the interruption, so nothing was done again. Where "
    "maintenance mode is on, end it once all is well.",
    on=True,
)


def default_name(live: str, backup: KeptBackup) -> str:
    """Of the copy; at most 63 bytes, as PostgreSQL cuts. Pure."""
    ending = f"_restore_{backup.id.replace('-', '_')}"
    return live.lower().replace("-", "_")[: 63 - len(ending)] + ending


async def free_name(context: Context, backup: KeptBackup, asked: str, live: str) -> str:
    """The name for the copy; raises BadInput where it is taken or no name.

    A copy whose restore never ended is in nobody's way: it is made anew.
    """
    name = asked or default_name(live, backup)
    check_name(name)
    if name == live:
        raise BadInput(
            f"{name} is the live database: a restore goes into another one.",
            f"Leave out `--into`, then switch; or, in one go, `--over {live}`.",
        )
    found = await context.clients.database.query(
        "select datname as name from pg_database where datname = %s", (name,), deadline=20.0
    )
    if found:
        ours = {each.name: each for each in await listed(context.clients.database)}
        if name not in ours or ours[name].standing is not Standing.RESTORING:
            whole = name in ours and ours[name].standing is Standing.RESTORED
            offers = [(f"Drop {name}", f"restore drop {name}")] if name in ours else []
            if whole:
                offers.insert(0, (f"Switch to {name}", f"restore switch {name}"))
            raise BadInput(
                f"There is a database called {name} already.",
                f"{'Use that copy, or choose' if whole else 'Choose'} another with `--into`.",
                offers=offers,
            )
    return name


async def restore(context: Context, backup: KeptBackup, name: str) -> Recovered:
    """Into `name`, compared. Raises OpsError; what is half-way is dropped again."""
    operation = operation_of(context)
    live = await live_name(context.clients.database)
    await operation.step(COMPARE)
    restored = await _restored(context, backup, name)
    return Recovered(restored, live, lost_since(backup, context.runtime.now()))


async def replace_live(context: Context, backup: KeptBackup, name: str) -> Recovered:
    """Writers stopped, a safety backup, the copy beside, compared, and only then the switch.

    Raises OpsError; up to the switch itself the live database is as it was.
    """
    operation, say = operation_of(context), saying(context)
    settings, clients, done = context.settings, context.clients, operation.finished_steps
    person = context.invocation.person
    live = await live_name(clients.database)
    if (switched := await _switched_before(context, live, name)) is not None:
        return Recovered(
            Restored(name, backup, {}, (), (), 0.0, 0.0), live,
            switched=switched, writers=_DONE_BEFORE,
        )  # fmt: skip
    await operation.step(STOP)
    writers = await stop_writers(context)
    safety = None
    with _as_it_was(live, writers):
        if SAFETY not in done:
            await operation.step(SAFETY)
            safety = await take(
                settings, clients, context.store, label=Label.SAFETY, person=person, say=say
            )
        await operation.step(COMPARE)
        restored = await _restored(context, backup, name)
        if restored.problems:
            raise OpsError(
                f"The copy {name} differs from the backup: {restored.problems[0]}",
                offers=(
                    (f"Drop {name}", f"restore drop {name}"),
                    ("Verify the backup", f"backup verify {backup.id}"),
                ),
            )
    await operation.step(SWITCH)
    switched = await switch(clients.database, name, live, person.name)
    return Recovered(restored, live, safety=safety, switched=switched, writers=writers)


def _as_it_was(live: str, writers: Stopped) -> AbstractContextManager[None]:
    """What fails inside says first which database is live, and whether users are shut out."""
    if writers.on:
        return says_first(
            f"{live} is as it was, and maintenance mode is on.",
            before=(("End maintenance mode", "maintenance off"),),
        )
    return says_first(f"{live} is as it was.")


async def _switched_before(context: Context, live: str, name: str) -> Switched | None:
    """The switch of the interrupted operation that this one resumes; None where it did not happen.

    The server says: the copy that had been compared is gone, and a database was replaced since.
    """
    operation = operation_of(context)
    resumed = context.store.operations.get(operation.resumes) if operation.resumes else None
    if resumed is None or COMPARE not in operation.finished_steps:
        return None
    found = await listed(context.clients.database)
    replaced = sorted(
        (each.at, each.name)
        for each in found
        if each.standing is Standing.REPLACED and each.at and each.at >= resumed.requested_at
    )
    if not replaced or any(each.name == name for each in found):
        return None
    return Switched(live, name, replaced[-1][1], 0)


async def switch_to(context: Context, name: str) -> Recovered:
    """A database that was restored before becomes the live one. Raises OpsError."""
    operation, database = operation_of(context), context.clients.database
    live, beside = await live_name(database), await find(database, name)
    await operation.step(SWITCH)
    switched = await switch(database, name, live, context.invocation.person.name)
    backup = KeptBackup(beside.backup, "", "", 0, context.runtime.now(), None)
    restored = Restored(name, backup, {}, (), (), 0.0, 0.0)
    return Recovered(restored, live, switched=switched)


async def rehearse(context: Context, backup: KeptBackup) -> Drilled:
    """Raises OpsError; the scratch database is dropped anyway."""
    operation = operation_of(context)
    await operation.step("Verify, restore into scratch, and compare")
    found = await drill(
        context.settings, context.clients, backup, person=context.invocation.person,
        say=saying(context),
    )  # fmt: skip
    return Drilled(backup, found)


async def _restored(context: Context, backup: KeptBackup, name: str) -> Restored:
    check_readable(backup)
    database = context.clients.database
    await drop_unfinished(database, name, patience=0.0)
    try:
        return await restore_into(
            context.settings, context.clients, database, backup, name,
            standing=Standing.RESTORED, by=context.invocation.person.name, say=saying(context),
        )  # fmt: skip
    except OpsError as error:
        # Half a copy is no use to anybody, and takes room.
        await drop_unfinished(database, name)
        if isinstance(error, Damaged):
            error.message = f"The backup {backup.id} is damaged. {error.message}"
            error.hint = "Verify it, which marks it; then `last` is the good one before it."
            error.offers = (("Verify it", f"backup verify {backup.id}"), ("All backups", "backups"))
        raise
