"""The uploads' bucket, by doing: list, write, read and delete a few bytes, begin in parts."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.storage_trouble import StorageFailure, StorageTrouble
from bot.errors import NotConfigured
from bot.judging.wording import duration
from handlers.diagnosis.evidence import Notebook
from handlers.diagnosis.limits import STORE_MS
from handlers.diagnosis.scene import Scene

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients.storage import Bucket

FACTS = ("bucket", "bucket_write", "bucket_ms", "multipart")
PREFIX = "pitchey-ops-check/"
_LEFT_BEHIND = timedelta(minutes=10)
_LIMIT = f"alert above {duration(STORE_MS)}"
# The bot's own keys and address: the platform's may be better.
_BLIND = frozenset({StorageTrouble.KEYS, StorageTrouble.SLOW_DOWN, StorageTrouble.CERTIFICATE})


async def look(scene: Scene, book: Notebook) -> None:
    bucket = scene.clients.uploads
    if not scene.own or not bucket.configured:
        raise NotConfigured(
            "The bot may not use this environment's uploads' bucket.",
            "Set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY.",
        )
    began = time.perf_counter()
    try:
        await bucket.reach(deadline=scene.deadline)
    except StorageFailure as fault:
        _unreached(fault, (time.perf_counter() - began) * 1000, book)
        if fault.trouble is not StorageTrouble.DENIED:
            return
    else:
        book.note("bucket", "The bucket", "", f"{bucket.name} is there and may be listed")
    left = max(0.5, scene.deadline - (time.perf_counter() - began))
    await asyncio.gather(_write(scene, left, book), _parts(bucket, left, book))


def _unreached(fault: StorageFailure, took: float, book: Notebook) -> None:
    if fault.trouble in _BLIND:
        book.lack("The uploads' bucket", fault.message, fault.hint, FACTS)
        return
    if fault.trouble is StorageTrouble.TIMED_OUT:
        shown = f"no answer within {duration(took)}"
        book.note("bucket_ms", "A small write to the bucket", took, shown, _LIMIT, bad=True)
        return
    said = f" ({fault.code})" if fault.code else ""
    shown = f"{fault.message.rstrip('.')}{said}"
    book.note("bucket", "The bucket", str(fault.trouble), shown, bad=True)


async def _write(scene: Scene, seconds: float, book: Notebook) -> None:
    """Write, read, delete; what was written is deleted whatever happens."""
    bucket = scene.clients.uploads
    key, body = f"{PREFIX}{secrets.token_hex(8)}", secrets.token_bytes(64)

    def work(client: S3Client) -> tuple[float, bool]:
        began, before = time.perf_counter(), scene.busyness.lost_ms
        client.put_object(Bucket=bucket.name, Key=key, Body=body)
        took = (time.perf_counter() - began) * 1000
        slow = scene.busyness.late(took, STORE_MS, before)
        book.note(
            "bucket_ms", "A small write to the bucket", took, duration(took), _LIMIT, bad=slow
        )
        try:
            same = client.get_object(Bucket=bucket.name, Key=key)["Body"].read() == body
        finally:
            client.delete_object(Bucket=bucket.name, Key=key)
        _clear(client, bucket.name)
        return took, same

    title = "Write, read and delete there"
    try:
        took, same = await bucket.run(work, deadline=seconds)
    except StorageFailure as fault:
        if fault.trouble is StorageTrouble.TIMED_OUT:
            if "bucket_ms" not in book.facts:
                shown = f"not done within {duration(seconds * 1000)}"
                book.note(
                    "bucket_ms", "A small write to the bucket", seconds * 1000, shown, _LIMIT,
                    bad=True,
                )  # fmt: skip
        else:
            shown = f"refused: {fault.trouble} {fault.code}".strip()
            book.note("bucket_write", title, str(fault.trouble), shown, bad=True)
        return
    shown = f"64 bytes in {duration(took)}" if same else "other bytes came back than were written"
    book.note("bucket_write", title, "" if same else "changed", shown, bad=not same)


def _clear(client: S3Client, bucket: str) -> None:
    """What a bot that was killed in the middle has left behind."""
    old = datetime.now(UTC) - _LEFT_BEHIND
    for each in client.list_objects_v2(Bucket=bucket, Prefix=PREFIX, MaxKeys=50).get(
        "Contents", ()
    ):
        if each["LastModified"] < old:
            client.delete_object(Bucket=bucket, Key=each["Key"])


async def _parts(bucket: Bucket, seconds: float, book: Notebook) -> None:
    """Begin an upload in parts, and give it up again."""

    def work(client: S3Client) -> None:
        key = f"{PREFIX}{secrets.token_hex(8)}"
        begun = client.create_multipart_upload(Bucket=bucket.name, Key=key)
        client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=begun["UploadId"])

    title = "Uploads in parts"
    try:
        await bucket.run(work, deadline=seconds)
    except StorageFailure as fault:
        if fault.trouble is not StorageTrouble.TIMED_OUT:
            shown = f"refused: {fault.trouble} {fault.code}".strip()
            book.note("multipart", title, str(fault.trouble), shown, bad=True)
        return
    book.note("multipart", title, "", "can be begun and given up")
