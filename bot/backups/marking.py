"""Marks: small objects beside a manifest that say what became of the backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.backups.shelf import CORRUPT, VERIFIED

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.shelf import KeptBackup
    from bot.clients import Clients

_SECONDS = 20.0
_OPPOSITE = {VERIFIED: CORRUPT, CORRUPT: VERIFIED}


async def mark(clients: Clients, backup: KeptBackup, name: str, content: str) -> None:
    """Write it, and take the mark away that says the opposite; raises StorageFailure."""
    bucket = clients.backups

    def write(client: S3Client) -> None:
        client.put_object(
            Bucket=bucket.name, Key=backup.folder + name, Body=content.encode(),
            ContentType="application/json",
        )  # fmt: skip
        if (other := _OPPOSITE.get(name)) is not None:
            client.delete_object(Bucket=bucket.name, Key=backup.folder + other)

    await bucket.run(write, deadline=_SECONDS)


async def unmark(clients: Clients, backup: KeptBackup, name: str) -> None:
    """Take it away; raises StorageFailure."""
    bucket = clients.backups

    def remove(client: S3Client) -> None:
        client.delete_object(Bucket=bucket.name, Key=backup.folder + name)

    await bucket.run(remove, deadline=_SECONDS)


async def text_of(clients: Clients, backup: KeptBackup, name: str) -> bytes:
    """The content of a mark, or of another small object of the backup; raises StorageFailure."""
    bucket = clients.backups

    def read(client: S3Client) -> bytes:
        return client.get_object(Bucket=bucket.name, Key=backup.folder + name)["Body"].read()

    return await bucket.run(read, deadline=_SECONDS)
