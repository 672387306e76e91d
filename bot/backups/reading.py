"""A stored dump read back: bucket → sum → (age) → zstd or gzip → a program's input. Blocks."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from bot.backups.encryption import decrypt
from bot.backups.processes import Stopped
from bot.backups.uploading import MEGABYTE
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.shelf import KeptBackup
    from bot.settings import Settings


class Damaged(OpsError):
    """The stored bytes are not what was written; no second attempt will help."""

    permanent = True


class Sink(Protocol):
    def write(self, piece: bytes, /) -> Any: ...


class Sums:
    """The sum of the object so far, at each of its megabytes, by whoever reads it first.

    So each byte that any of several readers was given is one that the manifest's sum is over.
    """

    def __init__(self) -> None:
        self._known = bytearray()
        self._lock = threading.Lock()

    def compare(self, megabytes: int, sum_so_far: bytes) -> None:
        """Raises Damaged where another reader was given other bytes."""
        at = (megabytes - 1) * len(sum_so_far)
        with self._lock:
            known = self._known[at : at + len(sum_so_far)]
            if not known:
                self._known += sum_so_far
            elif known != sum_so_far:
                raise Damaged(f"The bucket gave other bytes the second time, in MB {megabytes:,}.")


@dataclass(slots=True)
class Read:
    """How much was read: stored bytes, and those of the dump itself; written by one thread.

    `sums` are shared by those who read one object at the same time.
    """

    stored: int = 0
    raw: int = 0
    digest: Any = field(default_factory=hashlib.sha256, repr=False)
    sums: Sums | None = field(default=None, repr=False)


class _Enough(Exception):
    """The target takes no more."""


class _Source:
    """The object's bytes, summed on their way."""

    def __init__(
        self,
        body: Any,
        read: Read,
        stop: threading.Event,
        enough: Callable[[], bool],
    ) -> None:
        self._body, self._read, self._stop, self._enough = body, read, stop, enough

    def read(self, size: int = -1) -> bytes:
        if self._stop.is_set():
            raise Stopped
        if self._enough():
            raise _Enough
        most = MEGABYTE - self._read.stored % MEGABYTE
        piece: bytes = self._body.read(min(size, most) if size > 0 else most)
        self._read.stored += len(piece)
        self._read.digest.update(piece)
        sums, whole = self._read.sums, self._read.stored % MEGABYTE == 0
        if sums is not None and piece and whole:
            sums.compare(self._read.stored // MEGABYTE, self._read.digest.digest())
        return piece


class _Counted:
    """Counts what the program is given; `gone` once it takes no more."""

    def __init__(self, target: Sink, read: Read) -> None:
        self._target, self._read = target, read
        self.gone = False

    def write(self, piece: bytes) -> int:
        if not self.gone:
            try:
                _write_all(self._target, piece)
            except (BrokenPipeError, ValueError):
                self.gone = True  # its exit code and words say why; the sum is read to its end
        self._read.raw += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def _write_all(target: Sink, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        written = target.write(cast("bytes", rest))
        rest = rest[written if isinstance(written, int) else len(rest) :]


class _Gunzip:
    def __init__(self, target: _Counted) -> None:
        self._target = target
        self._unpacking = zlib.decompressobj(wbits=31)

    def write(self, piece: bytes) -> int:
        given = piece
        while given:
            self._target.write(self._unpacking.decompress(given, MEGABYTE))
            given = self._unpacking.unconsumed_tail
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        if not self._unpacking.eof:
            raise Damaged("The compressed data ends too early.")


def pour(
    client: S3Client,
    bucket: str,
    backup: KeptBackup,
    settings: Settings,
    target: Sink,
    read: Read,
    stop: threading.Event,
    enough: Callable[[], bool] | None = None,
) -> None:
    """Write the whole dump, unpacked, into `target`, and hold its sum against the manifest.

    With `enough` it may end before: where the target takes no more, and `enough()` says that it
    need not. Raises Damaged where sum, length or packing are wrong, Stopped, and what boto3 raises.
    """
    import botocore.exceptions as faults
    import pyrage
    import zstandard

    try:
        counted = _Counted(target, read)
        answer = client.get_object(Bucket=bucket, Key=backup.object)
        with contextlib.closing(answer["Body"]) as body, _unpacked(backup, counted) as sink:
            source = _Source(
                body, read, stop, lambda: counted.gone and enough is not None and enough()
            )
            if backup.recipient:
                decrypt(source, cast("Any", sink), settings, backup)
            while piece := source.read(MEGABYTE):
                sink.write(piece)
    except _Enough:
        return
    except pyrage.DecryptError as error:
        if stop.is_set():
            raise Stopped from error
        raise Damaged("The stored data cannot be decrypted: it is not what was stored.") from error
    except (zstandard.ZstdError, zlib.error) as error:
        if stop.is_set():
            raise Stopped from error
        raise Damaged(f"The stored data cannot be unpacked: {error}.") from error
    except faults.ClientError as error:
        if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
            raise Damaged("The dump is not in the bucket any more.") from error
        raise
    except faults.IncompleteReadError as error:
        raise OpsError(
            "The bucket cut the connection in the middle.", "Try again; nothing is known yet."
        ) from error
    _as_written(backup, read)


@contextmanager
def _unpacked(backup: KeptBackup, counted: _Counted) -> Iterator[Sink]:
    import zstandard

    name = backup.object.removesuffix(".age")
    if name.endswith(".zst"):
        with zstandard.ZstdDecompressor().stream_writer(
            cast("IO[bytes]", counted), write_size=MEGABYTE, closefd=False
        ) as sink:
            yield cast("Sink", sink)
    elif name.endswith(".gz"):
        gunzip = _Gunzip(counted)
        yield gunzip
        gunzip.close()
    else:
        yield counted


def _as_written(backup: KeptBackup, read: Read) -> None:
    manifest = backup.manifest
    if manifest is None:
        return
    if read.stored != manifest.bytes:
        raise Damaged(f"The bucket gives {read.stored:,} bytes, {manifest.bytes:,} were stored.")
    if manifest.sha256 and read.digest.hexdigest() != manifest.sha256:
        raise Damaged(
            f"The SHA-256 sum is {read.digest.hexdigest()[:12]}…, "
            f"{manifest.sha256[:12]}… was stored."
        )
    if manifest.raw_bytes and read.raw != manifest.raw_bytes:
        raise Damaged(f"{read.raw:,} bytes were unpacked, pg_dump wrote {manifest.raw_bytes:,}.")
