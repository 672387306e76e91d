"""The objects of the backup bucket that are backups: evidence and archived rows lie there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.clients.storage import Bucket, StoredObject
    from bot.settings import Settings


async def backup_objects(
    bucket: Bucket, settings: Settings, *, deadline: float
) -> tuple[StoredObject, ...]:
    """Those under `storage.backup_prefix`, less evidence and archives; raises StorageFailure."""
    others = (settings.lessons.evidence_prefix, settings.database.archive_prefix)
    stored = await bucket.objects(settings.storage.backup_prefix, deadline=deadline)
    return tuple(each for each in stored if not each.key.startswith(others))
