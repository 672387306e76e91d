"""A stream of unknown length into a bucket: equal parts, constant memory, all or nothing.

Parts are equal but for the last one, as R2 demands; their size is chosen from what is expected,
since S3 takes 10,000 parts. Each part carries its MD5, which the service checks. Blocks.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.backups.processes import Stopped
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

T = TypeVar("T")
log = logging.getLogger(__name__)
MEGABYTE = 1 << 20
_SMALLEST = 5 * MEGABYTE  # the least that S3 takes for a part that is not the last
_MOST_PARTS = 10_000
_SIDE_BY_SIDE = 2  # parts on their way; with the one that fills, all that is held in memory
_TRIES = 4
_FIRST_PAUSE = 0.5  # seconds, doubled each time
_WORTH_AGAIN = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in the bucket now."""

    size: int
    sha256: str
    etag: str
    parts: int


def part_size(expected: int) -> int:
    """Bytes of a part for a stream of about `expected` bytes, with room for twice that. Pure."""
    wanted = -(-expected * 2 // _MOST_PARTS)
    return max(_SMALLEST, -(-wanted // MEGABYTE) * MEGABYTE)


class Upload:
    """A multipart upload. `write` takes bytes; nothing is in the bucket before `complete`."""

    def __init__(
        self, client: S3Client, bucket: str, key: str, size: int, stop: threading.Event
    ) -> None:
        self._client, self._bucket, self._key = client, bucket, key
        self._part, self._stop = size, stop
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._sums: list[bytes] = []
        self._waiting: list[Future[dict[str, Any]]] = []
        self._done: list[dict[str, Any]] = []
        self._threads = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="backup-part")
        self._id = client.create_multipart_upload(
            Bucket=bucket, Key=key, ContentType="application/octet-stream"
        )["UploadId"]
        self.size = 0

    def write(self, piece: bytes) -> int:
        """Raises Stopped, OpsError, and what boto3 raises."""
        if self._stop.is_set():
            raise Stopped
        self._digest.update(piece)
        self.size += len(piece)
        self._buffer += piece
        while len(self._buffer) >= self._part:
            self._send(bytes(memoryview(self._buffer)[: self._part]))
            del self._buffer[: self._part]
        return len(piece)

    def flush(self) -> None:
        """A part is sent when it is full."""

    def complete(self) -> Stored:
        """Send what is left and make it one object; its length is asked for and compared."""
        if self._buffer or not self._sums:
            self._send(bytes(self._buffer))
            self._buffer.clear()
        self._settle(0)
        self._client.complete_multipart_upload(
            Bucket=self._bucket, Key=self._key, UploadId=self._id,
            MultipartUpload={"Parts": [
                {"ETag": each["ETag"], "PartNumber": each["PartNumber"]} for each in self._done
            ]},
        )  # fmt: skip
        self._threads.shutdown()
        there = self._client.head_object(Bucket=self._bucket, Key=self._key)
        if there["ContentLength"] != self.size:
            raise OpsError(
                f"The bucket holds {there['ContentLength']:,} bytes of {self.size:,}: it did not "
                "keep what it had taken.",
                "Look at the provider's status page; the backup is not counted.",
            )
        return Stored(
            self.size, self._digest.hexdigest(), there["ETag"].strip('"'), len(self._done)
        )

    def abort(self) -> None:
        """Leave nothing behind: no object, no parts. Never raises."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for call in (self._abort_parts, self._delete):
            try:
                call()
            except Exception as error:  # noqa: BLE001 - the failure before it is what is told
                log.warning("leftovers of a failed upload stay: %s", type(error).__name__)

    def _abort_parts(self) -> None:
        import botocore.exceptions as faults

        try:
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._id
            )
        except faults.ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
                raise

    def _delete(self) -> None:
        # It may have been completed, and found wrong, or completed with its answer lost.
        self._client.delete_object(Bucket=self._bucket, Key=self._key)

    def _send(self, body: bytes) -> None:
        number = len(self._sums) + 1
        if number > _MOST_PARTS:
            raise OpsError(
                f"The backup outgrew {_MOST_PARTS:,} parts of {self._part // MEGABYTE} MB.",
                "It is far larger than the database says it is; tell whoever maintains the bot.",
                permanent=True,
            )
        md5 = hashlib.md5(body, usedforsecurity=False).digest()
        self._sums.append(md5)
        self._settle(_SIDE_BY_SIDE - 1)
        self._waiting.append(self._threads.submit(self._part_sent, number, body, md5))

    def _settle(self, most: int) -> None:
        while len(self._waiting) > most:
            self._done.append(self._waiting.pop(0).result())

    def _part_sent(self, number: int, body: bytes, md5: bytes) -> dict[str, Any]:
        def send() -> dict[str, Any]:
            answer = self._client.upload_part(
                Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number,
                Body=body, ContentMD5=base64.b64encode(md5).decode(),
            )  # fmt: skip
            return {"ETag": answer["ETag"], "PartNumber": number}

        return patiently(send, self._stop)


def patiently(call: Callable[[], T], stop: threading.Event) -> T:
    """Call again after lost connections, time-outs and 5xx, a few times, with longer pauses."""
    import botocore.exceptions as faults

    pause = _FIRST_PAUSE
    for attempt in range(1, _TRIES + 1):
        try:
            return call()
        except faults.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status not in _WORTH_AGAIN or attempt == _TRIES:
                raise
        except (faults.HTTPClientError, faults.ConnectionError):
            if attempt == _TRIES:
                raise
        if stop.wait(pause):
            raise Stopped
        pause *= 2
    raise AssertionError("unreachable")
