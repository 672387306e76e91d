"""Backups: how old the newest complete one is."""

from __future__ import annotations

from datetime import datetime

from bot.backup_listing import backup_objects
from bot.clients.backup_listing import NewestBackup, newest_backup
from bot.clients.health_words import tidy
from bot.clients.storage_trouble import StorageFailure
from bot.judging.states import State
from bot.judging.wording import age, listed, size
from bot.moments import written
from bot.phrases import plural
from bot.settings import Checks
from handlers.health.checks.uploads import storage_failed
from handlers.health.result import Check
from handlers.health.scene import Scene


async def check(scene: Scene) -> Check:
    bucket = scene.clients.backups
    if not scene.own:
        return _unset("The backups' bucket belongs to the default environment.", "")
    if not bucket.configured:
        wanted = " and ".join(bucket.missing)
        return _unset(
            "The bot has no access to the backups' bucket.", f"Set {wanted} in its environment."
        )
    try:
        objects = await backup_objects(
            bucket, scene.settings, deadline=scene.settings.checks.backup, now=scene.now
        )
    except StorageFailure as failure:
        return storage_failed("backup", failure)
    return decide(
        newest_backup(objects), len(objects), bucket.name, scene.now, scene.settings.checks
    )


def decide(
    newest: NewestBackup | None, objects: int, bucket: str, now: datetime, limits: Checks
) -> Check:
    """What the newest backup's age means. Pure."""
    threshold = f"alert above {limits.backup_warning_hours:g} hours"
    if newest is None:
        return Check(
            "backup",
            State.DOWN,
            "no backup",
            f"There is no complete backup among the {objects:,} objects of {bucket}.",
            "Make a backup now.",
            threshold=threshold,
            evidence=(f"Bucket {bucket}: {objects} objects, no complete backup",),
        )
    hours = (now - newest.finished).total_seconds() / 3600
    state, summary, step = State.HEALTHY, "healthy", ""
    proof = "" if newest.proven else " No manifest proves that it is whole."
    meaning = f"The newest of {newest.backups:,} backups holds {size(newest.size)}.{proof}"
    if hours > limits.backup_critical_hours:
        state, summary, step = State.DEGRADED, "far too old", "Make a backup now."
        threshold = f"critical above {limits.backup_critical_hours:g} hours"
        meaning = f"All changes of the last {age(hours)} would be lost.{proof}"
    elif hours > limits.backup_warning_hours:
        state, summary, step = State.DEGRADED, "old", "Make a backup now."
        meaning = f"The last scheduled backup is missing.{proof}"
    elif newest.unfinished:
        state, summary, step = State.DEGRADED, "last one incomplete", "Make a backup now."
        names = listed([tidy(key.rpartition("/")[2], 60) for key in newest.unfinished], 2)
        meaning = f"Something newer was left incomplete: {names}."
    if newest.ahead:
        meaning += (
            f" {plural(newest.ahead, 'backup')} with a time in the future not counted: a clock "
            "was wrong."
        )
    return Check(
        component="backup",
        state=state,
        summary=summary,
        meaning=meaning,
        next_step=step,
        value=f"{age(hours)} old",
        threshold=threshold,
        amount=round(hours, 1),
        unit="hours",
        evidence=(
            f"Bucket {bucket}: {objects} objects, {newest.backups} backups",
            f"Newest: {tidy(newest.key, 160)}, {size(newest.size)}, finished "
            f"{written(newest.finished)}, "
            f"{'with' if newest.proven else 'without'} manifest",
            *(f"Incomplete: {tidy(key, 160)}" for key in newest.unfinished),
            *([f"Not counted, time in the future: {newest.ahead}"] if newest.ahead else []),
        ),
    )


def _unset(meaning: str, step: str) -> Check:
    return Check("backup", State.NOT_CONFIGURED, "not configured", meaning, step)
