"""Whether what lies beside a dump is what was stored: read back, summed, never believed."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from bot.backups.uploading import MEGABYTE
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.manifest import Beside
    from bot.backups.shelf import KeptBackup
    from bot.clients import Clients

_SECONDS = 300.0


async def beside_problems(clients: Clients, backup: KeptBackup) -> tuple[str, ...]:
    """What is not as it was stored, in sentences; the dump itself may be whole all the same.

    Raises StorageFailure where nothing could be learnt.
    """
    parts = backup.manifest.beside if backup.manifest else ()
    bucket = clients.backups.name

    def look(client: S3Client) -> list[str]:
        found = (_problem(client, bucket, backup.folder, each) for each in parts)
        return [each for each in found if each]

    return tuple(await clients.backups.run(look, deadline=_SECONDS)) if parts else ()


def as_stored(part: Beside, content: bytes) -> None:
    """Raises OpsError for content that is not what the manifest names. Pure."""
    if len(content) != part.bytes or hashlib.sha256(content).hexdigest() != part.sha256:
        raise OpsError(
            f"{part.object} in the bucket is not what was stored, so it is not used.",
            "Take it from another backup: `/pitchey backups`.",
            permanent=True,
        )


def _problem(client: S3Client, bucket: str, folder: str, part: Beside) -> str:
    import botocore.exceptions as faults

    digest, size = hashlib.sha256(), 0
    try:
        answer = client.get_object(Bucket=bucket, Key=folder + part.object)
    except faults.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            return f"{part.object} is not in the bucket any more."
        raise
    with contextlib.closing(answer["Body"]) as body:
        while piece := body.read(MEGABYTE):
            digest.update(piece)
            size += len(piece)
    if size != part.bytes:
        return f"{part.object} has {size:,} bytes, {part.bytes:,} were stored."
    return "" if digest.hexdigest() == part.sha256 else f"{part.object} has another SHA-256 sum."
