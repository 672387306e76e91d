"""S3 and R2 buckets by boto3: loaded when first needed, run in threads, always with time-outs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.clients.storage_trouble import StorageFailure, StorageTrouble, meaning
from bot.errors import NotConfigured

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_s3.client import S3Client

T = TypeVar("T")
_one_at_a_time = threading.Lock()
_MOST_THREADS = 4  # a bucket; a store that hangs for ever must not collect them


@cache
def _session() -> Session:
    """One for all: it has read what S3 can do, which takes longer than all else of a client."""
    from boto3.session import Session

    return Session()


def _client(**given: Any) -> S3Client:
    with _one_at_a_time:  # a session is for one thread, what it makes is for many
        made: S3Client = _session().client("s3", **given)
        return made


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: size in bytes, time of its last change, which is not `known` everywhere."""

    key: str
    size: int
    modified: datetime
    known: bool = True  # False where `modified` lies in the future, by whose clock ever


@dataclass
class Bucket:
    """One bucket. `missing` names the environment variables that are not set, if any."""

    name: str
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    endpoint_url: str | None = None
    region: str = "us-east-1"
    ca_file: Path | None = None
    missing: tuple[str, ...] = ()
    timeout_seconds: float = 10.0
    _client: Any = field(default=None, repr=False)
    _busy: int = field(default=0, repr=False)
    # Each call has a thread of its own: of two clients one would never be closed.
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def configured(self) -> bool:
        return bool(self.access_key and self.secret_key) and not self.missing

    async def reach(self, *, deadline: float) -> None:
        """See that the bucket is there and may be listed. Raises StorageFailure."""
        await self.run(self._reach, deadline=deadline)

    async def objects(
        self, prefix: str = "", *, deadline: float, most: int = 200_000
    ) -> list[StoredObject]:
        """All objects under a prefix, page by page. Raises StorageFailure."""
        return await self.run(lambda client: self._list(client, prefix, most), deadline=deadline)

    async def run(self, work: Callable[[S3Client], T], *, deadline: float) -> T:
        """Run `work(client)` in a thread. Raises StorageFailure or NotConfigured.

        At the deadline the caller is let go; the thread ends by its own socket time-outs.
        """
        if not self.configured:
            raise NotConfigured(
                f"The bucket {self.name} is not configured.",
                f"Set {' and '.join(self.missing) or 'its access keys'} in the bot's environment.",
            )
        import botocore.exceptions as faults

        try:
            async with asyncio.timeout(deadline):
                return await self._in_thread(work)
        except TimeoutError as error:
            raise StorageFailure(StorageTrouble.TIMED_OUT, self.name) from error
        except (faults.BotoCoreError, faults.ClientError) as error:
            raise self._told(error) from error

    async def _in_thread(self, work: Callable[[S3Client], T]) -> T:
        """Run in a daemon thread: those of a pool would hold up the bot's exit while they hang."""
        if self._busy >= _MOST_THREADS:
            raise StorageFailure(StorageTrouble.TIMED_OUT, self.name, "earlier calls still hang")
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: Exception | None) -> None:
            self._busy -= 1
            if outcome.done():  # nobody waits any more
                return
            if error is not None:
                outcome.set_exception(error)
            else:
                outcome.set_result(cast("T", result))

        def body() -> None:
            result, error = None, None
            try:
                result = work(self.connect())
            except Exception as caught:  # noqa: BLE001 - carried over to the caller's thread
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, result, error)

        self._busy += 1
        threading.Thread(target=body, name=f"bucket-{self.name}", daemon=True).start()
        return await outcome

    def _reach(self, client: S3Client) -> None:
        client.head_bucket(Bucket=self.name)
        client.list_objects_v2(Bucket=self.name, MaxKeys=1)

    def _list(self, client: S3Client, prefix: str, most: int) -> list[StoredObject]:
        found: list[StoredObject] = []
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            found.extend(
                StoredObject(entry["Key"], entry["Size"], entry["LastModified"])
                for entry in page.get("Contents", ())
            )
            if len(found) >= most:
                break
        return found

    def connect(self) -> S3Client:
        """The boto3 client; made, and its library loaded, at the first call."""
        with self._making:
            if self._client is None:
                self._client = self._made()
            client: S3Client = self._client
            return client

    def _made(self) -> S3Client:
        from botocore.config import Config

        return _client(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            verify=str(self.ca_file) if self.ca_file else None,
            config=Config(
                connect_timeout=min(5.0, self.timeout_seconds),
                read_timeout=self.timeout_seconds,
                retries={"total_max_attempts": 2, "mode": "standard"},
                signature_version="s3v4",
                # R2 refuses the checksum headers newer clients add by themselves.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _told(self, error: Exception) -> StorageFailure:
        import botocore.exceptions as faults

        if isinstance(error, faults.ClientError):
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            return StorageFailure(meaning(code, status), self.name, code)
        if isinstance(error, faults.SSLError):
            return StorageFailure(StorageTrouble.CERTIFICATE, self.name)
        if isinstance(error, (faults.ConnectTimeoutError, faults.ReadTimeoutError)):
            return StorageFailure(StorageTrouble.TIMED_OUT, self.name)
        if isinstance(error, faults.EndpointConnectionError):
            unresolved = any(word in str(error) for word in ("resolve", "Name or service"))
            trouble = StorageTrouble.NAME if unresolved else StorageTrouble.REFUSED
            return StorageFailure(trouble, self.name)
        if isinstance(error, (faults.HTTPClientError, faults.IncompleteReadError)):
            return StorageFailure(StorageTrouble.CUT, self.name)
        return StorageFailure(StorageTrouble.OTHER, self.name, type(error).__name__)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
