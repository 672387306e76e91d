"""The buckets: whether the keys may list the backups and reach the uploads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.check.report import Item, failed, good, skipped
from bot.clients import Clients
from bot.clients.storage import Bucket
from bot.errors import OpsError
from bot.settings import Settings

BACKUPS, UPLOADS = "Backups bucket", "Uploads bucket"


async def backups(settings: Settings, clients: Clients) -> Sequence[Item]:
    return [await _reach(BACKUPS, clients.backups, settings.checks.backup)]


async def uploads(settings: Settings, clients: Clients) -> Sequence[Item]:
    return [await _reach(UPLOADS, clients.uploads, settings.checks.uploads)]


async def _reach(title: str, bucket: Bucket, deadline: float) -> Item:
    if not bucket.configured:
        names = " and ".join(bucket.missing) or "the access keys"
        line = f"The keys for {bucket.name} are not set."
        return skipped(title, line, f"Set {names} in the environment.")
    try:
        await bucket.reach(deadline=deadline)
    except OpsError as error:
        return failed(title, error.message, error.hint or "Check [storage] and the keys.")
    return good(title, f"{bucket.name} is there and may be listed.")
