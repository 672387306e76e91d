"""The archives' objects in the bucket: put, read back, listed, removed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.errors import BadAnswer
from handlers.database_care.archiving import manifest as manifests
from handlers.database_care.archiving.manifest import Decoded, Manifest

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients.storage import Bucket

SECONDS = 120.0  # for one object
MANIFEST = "manifest.json"


async def put(bucket: Bucket, key: str, content: bytes, kind: str) -> str:
    """Store an object; answers its SHA-256. Raises StorageFailure and NotConfigured."""
    sha256 = hashlib.sha256(content).hexdigest()

    def store(client: S3Client) -> None:
        client.put_object(
            Bucket=bucket.name, Key=key, Body=content, ContentType=kind,
            Metadata={"sha256": sha256},
        )  # fmt: skip

    await bucket.run(store, deadline=SECONDS)
    return sha256


async def get(bucket: Bucket, key: str) -> bytes:
    """The whole object. Raises StorageFailure; BadAnswer where it is cut off."""

    def fetch(client: S3Client) -> bytes:
        found = client.get_object(Bucket=bucket.name, Key=key)
        content = found["Body"].read()
        if len(content) != found["ContentLength"]:
            raise BadAnswer("The bucket sent less of an object than it said.")
        return content

    return await bucket.run(fetch, deadline=SECONDS)


async def read_part(
    bucket: Bucket, key: str, sha256: str, primary: Sequence[str], column: str
) -> Decoded:
    """Read back and decoded to its end. Raises StorageFailure and BadAnswer."""
    content = await get(bucket, key)
    return await asyncio.to_thread(manifests.decode, content, sha256, primary, column)


async def put_manifest(bucket: Bucket, prefix: str, whole: Manifest) -> None:
    """Write it and read it back; raises BadAnswer where the bucket holds something else."""
    key = f"{prefix}{MANIFEST}"
    await put(bucket, key, manifests.write(whole), "application/json")
    if manifests.read(await get(bucket, key)) != whole:
        raise BadAnswer("The manifest in the bucket is not the one that was written.")


async def get_manifest(bucket: Bucket, prefix: str) -> Manifest:
    return manifests.read(await get(bucket, f"{prefix}{MANIFEST}"))


async def remove(bucket: Bucket, prefix: str) -> int:
    """Remove every object under the prefix; answers how many there were."""
    found = await bucket.objects(prefix, deadline=SECONDS)

    def delete(client: S3Client) -> None:
        for start in range(0, len(found), 1_000):
            batch = found[start : start + 1_000]
            client.delete_objects(
                Bucket=bucket.name, Delete={"Objects": [{"Key": each.key} for each in batch]}
            )

    if found:
        await bucket.run(delete, deadline=SECONDS)
    return len(found)
