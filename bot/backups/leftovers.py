"""What killed backups left in the bucket: parts of uploads, and dumps without a manifest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.backups.manifest import id_of

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.settings import Settings

_SECONDS = 60.0
_SPARE = timedelta(minutes=30)  # beyond the time that a backup may take


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that began and did not end; its parts are paid for, and no listing shows them."""

    key: str
    upload: str
    began: datetime
    backup: str


async def unfinished(
    settings: Settings, clients: Clients, *, deadline: float = _SECONDS
) -> tuple[Unfinished, ...]:
    """Uploads under the backups' prefix that did not end, oldest first. Raises StorageFailure."""
    bucket, prefix = clients.backups, settings.storage.backup_prefix

    def look(client: S3Client) -> list[Unfinished]:
        pages = client.get_paginator("list_multipart_uploads").paginate(
            Bucket=bucket.name, Prefix=prefix
        )
        return [
            Unfinished(each["Key"], each["UploadId"], each["Initiated"], id_of(prefix, each["Key"]))
            for page in pages
            for each in page.get("Uploads", ())
        ]

    found = await bucket.run(look, deadline=deadline)
    return tuple(sorted((each for each in found if each.backup), key=lambda each: each.began))


def abandoned(
    found: Iterable[Unfinished], settings: Settings, now: datetime
) -> tuple[Unfinished, ...]:
    """Those that no backup can still be writing. Pure."""
    longest = timedelta(minutes=settings.backups.most_minutes) + _SPARE
    return tuple(each for each in found if now - each.began > longest)


async def abort(clients: Clients, uploads: Sequence[Unfinished]) -> int:
    """Take their parts away; answers how many were there. Raises StorageFailure."""
    bucket = clients.backups

    def remove(client: S3Client) -> int:
        import botocore.exceptions as faults

        gone = 0
        for each in uploads:
            try:
                client.abort_multipart_upload(
                    Bucket=bucket.name, Key=each.key, UploadId=each.upload
                )
            except faults.ClientError as error:
                if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
                    raise
            else:
                gone += 1
        return gone

    return await bucket.run(remove, deadline=_SECONDS)


async def delete(clients: Clients, keys: Sequence[str]) -> None:
    """Delete objects, the manifest of a backup first: half of one must not look whole.

    Raises StorageFailure.
    """
    bucket = clients.backups
    ordered = sorted(keys, key=lambda key: not key.endswith("/manifest.json"))

    def remove(client: S3Client) -> None:
        for key in ordered:
            client.delete_object(Bucket=bucket.name, Key=key)

    await bucket.run(remove, deadline=_SECONDS)
