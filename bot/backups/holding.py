"""Legal hold: a backup that nobody deletes, whatever its age, until it is released."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from bot.backups.marking import mark, text_of, unmark
from bot.backups.shelf import HOLD, KeptBackup

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.command import Person

_SECONDS = 30.0
# Error codes of buckets that have no object lock, or of services without it.
_NO_LOCK = frozenset({"InvalidRequest", "NotImplemented", "ObjectLockConfigurationNotFoundError",
                      "MethodNotAllowed", "InvalidBucketState"})  # fmt: skip


class Hold(BaseModel):
    """What `hold.json` says; `locked` if the bucket itself refuses to delete it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: AwareDatetime
    by: str
    person_id: str = ""
    reason: str = ""
    locked: bool = False


async def hold(clients: Clients, backup: KeptBackup, *, person: Person, reason: str) -> Hold:
    """Mark it, and ask the bucket for a legal hold of its own. Raises StorageFailure."""
    locked = await _lock(clients, backup, "ON")
    told = Hold(
        at=datetime.now(UTC), by=person.name, person_id=person.id, reason=reason, locked=locked
    )
    await mark(clients, backup, HOLD, told.model_dump_json(indent=1))
    return told


async def release(clients: Clients, backup: KeptBackup) -> None:
    """Raises StorageFailure."""
    await _lock(clients, backup, "OFF")
    await unmark(clients, backup, HOLD)


async def hold_of(clients: Clients, backup: KeptBackup) -> Hold | None:
    """None where it is not held, or its mark cannot be read. Raises StorageFailure."""
    if backup.held_at is None:
        return None
    try:
        return Hold.model_validate_json(await text_of(clients, backup, HOLD))
    except ValidationError:
        return None


async def _lock(clients: Clients, backup: KeptBackup, state: Literal["ON", "OFF"]) -> bool:
    """False where the bucket offers no legal hold."""
    bucket = clients.backups

    def change(client: S3Client) -> bool:
        import botocore.exceptions as faults

        try:
            for each in backup.objects:
                client.put_object_legal_hold(
                    Bucket=bucket.name, Key=each.key, LegalHold={"Status": state}
                )
        except faults.ClientError as error:
            told = error.response.get("Error", {}).get("Code", "")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if told in _NO_LOCK or status in (400, 405, 501):
                return False
            raise
        return True

    return await bucket.run(change, deadline=_SECONDS)
