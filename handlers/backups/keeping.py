"""Which backups go, and legal holds."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.beside import clear_copies
from bot.backups.holding import Hold, hold, release
from bot.backups.keeping import judge
from bot.backups.leftovers import abandoned, abort, delete, unfinished
from bot.backups.shelf import HOLD, KeptBackup, bucket_clock
from bot.errors import OpsError
from bot.moments import written
from bot.phrases import plural
from handlers.backups import scratch
from handlers.backups.finding import SECONDS, everything, wanted
from handlers.backups.result import PruneAsked, Pruned
from handlers.backups.telling import operation_of

if TYPE_CHECKING:
    from bot.command import Context
    from bot.runtime import Runtime

_CLOCKS = timedelta(minutes=10)  # that the bot's clock and the bucket's may differ by


async def would_prune(context: Context) -> PruneAsked:
    """What would go, by the bucket's clock. Raises OpsError where the two clocks differ."""
    now = await _agreed(context.runtime)
    retention = judge(
        await everything(context), context.settings.backups, now, context.settings.team.timezone
    )
    left = await unfinished(context.settings, context.clients, deadline=SECONDS)
    return PruneAsked(retention, abandoned(left, context.settings, now))


async def prune(context: Context) -> Pruned:
    """Delete what the limits let go, one backup after the other. Raises OpsError."""
    operation, asked = operation_of(context), await would_prune(context)
    gone, freed = [], 0
    for backup in asked.retention.going:
        await operation.step(f"Delete {backup.id}")
        if await _held_since(context, backup):
            continue
        await delete(context.clients, [each.key for each in backup.objects])
        gone.append(backup.id)
        freed += sum(each.size for each in backup.objects)
    uploads = 0
    if asked.abandoned:
        await operation.step("Take away the parts of unfinished uploads")
        uploads = await abort(context.clients, asked.abandoned)
    return Pruned(tuple(gone), freed, len(asked.retention.judged) - len(gone), uploads)


async def _held_since(context: Context, backup: KeptBackup) -> bool:
    """Somebody has held it while others were deleted. Raises StorageFailure."""
    bucket = context.clients.backups
    objects = await bucket.objects(backup.folder, deadline=SECONDS)
    return any(each.key == backup.folder + HOLD for each in objects)


def fingerprint(asked: PruneAsked) -> str:
    """Another one as soon as other backups would go. Pure."""
    names = [each.id for each in asked.retention.going] + [each.upload for each in asked.abandoned]
    return " ".join(names)


async def put_hold(context: Context, backup: KeptBackup, reason: str) -> Hold:
    operation = operation_of(context)
    await operation.step(f"Hold {backup.id}")
    return await hold(context.clients, backup, person=context.invocation.person, reason=reason)


async def end_hold(context: Context, backup: KeptBackup) -> None:
    operation = operation_of(context)
    await operation.step(f"Release {backup.id}")
    await release(context.clients, backup)


async def backup_of(context: Context, text: str, *, held: bool) -> KeptBackup:
    """The wanted backup, which must be held, or must not be. Raises BadInput, OpsError."""
    found = await wanted(context, text)
    if (found.held_at is not None) is not held:
        told = "is held already" if not held else "is not held"
        raise OpsError(
            f"The backup {found.id} {told}.",
            "Nothing was changed.",
            permanent=True,
            offers=(("Show it", f"backup show {found.id}"), ("All backups", "backups")),
        )
    return found


async def tidy(runtime: Runtime, _due: datetime) -> str:
    """Take away what nothing can be using any more: parts of uploads, copies of the store,
    scratch databases."""
    copies = await asyncio.to_thread(clear_copies, runtime.settings)
    if not runtime.clients.backups.configured:
        return "no bucket is configured"
    now = await bucket_clock(runtime.clients)
    left = await unfinished(runtime.settings, runtime.clients)
    gone = await abort(runtime.clients, abandoned(left, runtime.settings, now))
    dropped = await scratch.clear(runtime)
    files = f", {plural(copies, 'copy', 'copies')} of the bot's own data" if copies else ""
    databases = f", {plural(len(dropped), 'scratch database')}" if dropped else ""
    return f"{gone} of {len(left)} unfinished uploads taken away{files}{databases}"


async def _agreed(runtime: Runtime) -> datetime:
    """The time, which the bot and the bucket agree on: a clock that jumped must delete nothing."""
    there, here = await bucket_clock(runtime.clients), runtime.now()
    if abs(there - here) > _CLOCKS:
        raise OpsError(
            f"The bot's clock says {written(here)}, the bucket's {written(there)}: with a "
            "wrong clock, backups would go that have to stay. Nothing was deleted.",
            "Set the clock of the bot's machine right.",
        )
    return there
