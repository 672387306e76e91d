"""The objects of the backup bucket that are backups: evidence and archived rows lie there too."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.backup_listing import dated

if TYPE_CHECKING:
    from bot.clients.storage import Bucket, StoredObject
    from bot.settings import Settings


async def backup_objects(
    bucket: Bucket, settings: Settings, *, deadline: float, now: datetime
) -> tuple[StoredObject, ...]:
    """Those under `storage.backup_prefix`, less evidence and archives, with times that can be
    believed at `now`. Raises StorageFailure."""
    others = (settings.lessons.evidence_prefix, settings.database.archive_prefix)
    stored = await bucket.objects(settings.storage.backup_prefix, deadline=deadline)
    return tuple(dated((each for each in stored if not each.key.startswith(others)), now))
