"""Listing, making and verifying backups."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from bot.backups import Label, take
from bot.backups.drilling import Drill
from bot.backups.encryption import recipient_of
from bot.backups.holding import hold_of
from bot.backups.leftovers import unfinished
from bot.backups.marking import text_of
from bot.backups.shelf import CORRUPT, RESTORED, VERIFIED, KeptBackup, last_good
from bot.backups.verifying import Proof, verify
from bot.errors import OpsError
from bot.jobs import next_due
from bot.journal import OperationCancelled
from handlers.backups.finding import SECONDS, choose, everything, wanted
from handlers.backups.result import Listing, Made, Shown
from handlers.backups.telling import operation_of, saying

if TYPE_CHECKING:
    from bot.command import Context

log = logging.getLogger(__name__)
Told = TypeVar("Told", bound=BaseModel)
DUMP, READ_BACK = "Dump it into the bucket", "Read it back and decode it"


async def listing(context: Context) -> Listing:
    """Every backup and what is unfinished; raises StorageFailure or NotConfigured."""
    backups = await everything(context)
    try:
        left = await unfinished(context.settings, context.clients, deadline=SECONDS)
    except OpsError as error:  # keys that may list objects may not list uploads
        log.info("unfinished uploads cannot be listed: %s", error)
        left = ()
    now, settings = context.runtime.now(), context.settings
    when = settings.backups.schedule
    return Listing(
        bucket=context.clients.backups.name,
        backups=backups,
        good=last_good(backups),
        unfinished=left,
        now=now,
        limit=timedelta(hours=settings.checks.backup_warning_hours),
        next_at=next_due(when, settings.team.timezone, now) if when else None,
        own_key=recipient_of(settings),
    )


async def shown(context: Context, text: str) -> Shown:
    """One backup with everything that is known of it. Raises BadInput, StorageFailure."""
    backups = await everything(context)
    backup = choose(backups, text)
    good = last_good(backups)
    marks = {each.key.rpartition("/")[2] for each in backup.objects}
    proof = None
    if marks & {VERIFIED, CORRUPT}:
        name = CORRUPT if backup.corrupt else VERIFIED
        proof = await _mark(context, backup, name, Proof)
    drill = await _mark(context, backup, RESTORED, Drill) if RESTORED in marks else None
    return Shown(
        backup=backup,
        proof=proof,
        drill=drill,
        hold=await hold_of(context.clients, backup),
        now=context.runtime.now(),
        last_good=good is not None and good.id == backup.id,
        others=() if text else tuple(each.id for each in backups if each.id != backup.id)[:3],
        own_key=recipient_of(context.settings),
    )


async def _mark(context: Context, backup: KeptBackup, name: str, kind: type[Told]) -> Told | None:
    try:
        return kind.model_validate_json(await text_of(context.clients, backup, name))
    except ValidationError:
        return None


async def make(context: Context, label: Label) -> Made:
    """Dump, and read back. Raises OpsError; where it does, nothing half-made is in the bucket."""
    operation, say = operation_of(context), saying(context)
    before = last_good(await everything(context))
    await operation.step(DUMP)
    backup = await take(
        context.settings, context.clients, context.store, label=label,
        person=context.invocation.person, say=say, read_back=False,
    )  # fmt: skip
    try:
        await operation.step(READ_BACK)
    except OperationCancelled:
        raise
    except OpsError as error:  # the bot's disk is full
        raise OpsError(
            f"The backup {backup.id} is in the bucket, but it was not read back: {error.message}",
            f"{error.hint} Then: `/pitchey backup verify {backup.id}`.",
        ) from error
    verified = await verify(
        context.settings, context.clients, backup, person=context.invocation.person, say=say
    )
    return Made(backup, verified.proof, before)


async def check(context: Context, text: str) -> Made:
    """Verify one again. Raises BadInput, OpsError."""
    backup = await wanted(context, text)
    verified = await verify(
        context.settings, context.clients, backup, person=context.invocation.person,
        say=context.progress.say,
    )  # fmt: skip
    return Made(backup, verified.proof, None)
