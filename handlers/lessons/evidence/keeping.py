"""Where a bundle is kept: in the backup bucket, locked where it offers that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from bot.clients.storage import Bucket
from handlers.lessons.evidence.bundle import Verified, verify

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

UPLOAD_SECONDS = 240.0
_LOCK_SECONDS = 15.0
# Error codes of buckets that have no object lock, or of services without it.
_NO_LOCK = frozenset(
    {"ObjectLockConfigurationNotFoundError", "NotImplemented", "InvalidRequest", "NoSuchKey"}
)


@dataclass(frozen=True, slots=True)
class Locked:
    """`until` is None where nothing is locked; `why` says why not."""

    until: datetime | None
    why: str = ""


async def store(bucket: Bucket, key: str, path: Path, sha256: str) -> None:
    """Upload in pieces; raises StorageFailure or NotConfigured."""

    def upload(client: S3Client) -> None:
        with path.open("rb") as file:
            client.upload_fileobj(
                file, bucket.name, key,
                ExtraArgs={"Metadata": {"sha256": sha256}, "ContentType": "application/gzip"},
            )  # fmt: skip

    await bucket.run(upload, deadline=UPLOAD_SECONDS)


async def lock(bucket: Bucket, key: str, days: int, now: datetime) -> Locked:
    """Keep the object from being deleted; where the bucket cannot, that is no failure."""
    if days <= 0:
        return Locked(None, "evidence_lock_days is 0")
    until = now + timedelta(days=days)

    def retain(client: S3Client) -> str:
        from botocore.exceptions import ClientError

        try:
            found = client.get_object_lock_configuration(Bucket=bucket.name)
            if found["ObjectLockConfiguration"].get("ObjectLockEnabled") != "Enabled":
                return "the bucket has no object lock"
            client.put_object_retention(
                Bucket=bucket.name, Key=key,
                Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until},
            )  # fmt: skip
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _NO_LOCK:
                return "the bucket has no object lock"
            return f"the lock was refused: {code}"
        return ""

    why = await bucket.run(retain, deadline=_LOCK_SECONDS)
    return Locked(None, why) if why else Locked(until)


async def check_stored(bucket: Bucket, key: str, sha256: str) -> Verified:
    """Read it from the bucket, piece by piece; raises StorageFailure or NotConfigured."""

    def read(client: S3Client) -> Verified:
        body: Any = client.get_object(Bucket=bucket.name, Key=key)["Body"]
        stream: IO[bytes] = body
        return verify(stream, sha256)

    return await bucket.run(read, deadline=UPLOAD_SECONDS)
