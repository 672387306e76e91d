"""A dump loaded into an empty database, as one stream or as several side by side. Blocks.

Side by side, the dump's beginning tells what it contains; then tables are made, each stream reads
the dump on its own and loads its share of the rows, and indexes are built by several connections.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bot.backups.names import Table
from bot.backups.processes import Child, ProgramFailed
from bot.backups.reading import Read, Sums, pour
from bot.backups.sharing import Share, shares
from bot.backups.table_of_contents import Beginning, NoRoom, list_of, path_of, unnamed
from bot.backups.words import size
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.backups.shelf import KeptBackup
    from bot.settings import Settings

log = logging.getLogger(__name__)
_BUILDING = "Everything is read; building indexes and constraints"
_LOOK = 0.05  # seconds between two looks whether somebody cancelled
# A setting of pg_restore's own session, from 17 on; older servers do without.
_OWN_SETTING = 'unrecognized configuration parameter "transaction_timeout"'
# What needs an extension that could not be made fails by itself.
_NOT_TO_WORRY = re.compile(
    r"must be owner of extension|permission denied to create extension"
    r"|extension \"[^\"]*\" does not exist|role \"[^\"]*\" does not exist"
    rf"|{_OWN_SETTING}|no privileges were granted"
)
_ERROR = re.compile(r"^pg_restore: error: (.*)$", re.MULTILINE)


@dataclass(slots=True)
class Loaded:
    """How far it is: written by the threads that load, read by others. `expected` in bytes."""

    expected: int = 0
    reads: list[Read] = field(default_factory=list)
    shares: tuple[Share, ...] = ()
    doing: str = ""  # where it is not loading rows
    why_one: str = ""  # why it is one stream where more were to load it

    @property
    def raw(self) -> int:
        """Bytes of the dump that are loaded, about; of all streams together."""
        if not self.shares or not self.expected:
            return max((each.raw for each in self.reads), default=0)
        pairs = zip(self.shares, self.reads, strict=False)
        return int(self.expected * sum(own.loaded(read.raw / self.expected) for own, read in pairs))

    def __str__(self) -> str:
        raw, whole = self.raw, self.expected
        if self.doing or 0 < whole <= raw:
            return self.doing or _BUILDING
        share = f" of {size(whole)} ({100 * raw // whole} %)" if whole else ""
        return f"Loading: {size(raw)}{share}"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The files that pg_restore is given: the dump's beginning, and lists of what is loaded."""

    beginning: IO[bytes]
    before: IO[bytes]
    shares: tuple[Share, ...]
    lists: tuple[IO[bytes], ...]
    after: IO[bytes]


@dataclass(frozen=True, slots=True)
class Loader:
    """With `jobs` above 1 side by side; `sizes` are those of the tables' rows in bytes, about."""

    settings: Settings
    bucket: str
    backup: KeptBackup
    program: Path
    arguments: tuple[str, ...] = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    redact: Callable[[str], str] = field(repr=False)
    jobs: int = 1
    sizes: Mapping[Table, int] = field(default_factory=dict, repr=False)

    def run(self, client: S3Client, loaded: Loaded, stop: threading.Event) -> tuple[str, ...]:
        """Answers what pg_restore could not set and a copy can do without.

        Raises Damaged, ProgramFailed, Stopped, OpsError and what boto3 raises; `stop` is set then.
        """
        with contextlib.ExitStack() as files:
            prepared, sums = None, Sums()
            if self.jobs > 1:
                loaded.doing = "Reading what the backup contains"
                try:
                    prepared = self._prepared(client, files, sums, stop)
                except NoRoom as why:
                    log.warning("backup %s is loaded as one stream: %s", self.backup.id, why)
                    loaded.why_one = str(why)
            loaded.doing = ""
            if prepared is None:
                skipped = self._streams(client, (None,), loaded, stop, None)
            else:
                skipped = self._in_phases(client, prepared, loaded, stop, sums)
        return tuple(dict.fromkeys(skipped))

    def _prepared(
        self, client: S3Client, files: contextlib.ExitStack, sums: Sums, stop: threading.Event
    ) -> _Prepared:
        file = files.enter_context(unnamed())
        beginning, read = Beginning(file, self._child), Read(sums=sums)
        pour(
            client, self.bucket, self.backup, self.settings, beginning, read, stop,
            lambda: True,
        )  # fmt: skip
        contents = beginning.read()
        manifest, others = self.backup.manifest, 0
        if contents.large_objects and manifest is not None:
            others = max(1, manifest.raw_bytes - sum(self.sizes.values()))
        found = shares(contents.rows, self.sizes, others, self.jobs)
        before, after, *lists = (
            files.enter_context(list_of(ids))
            for ids in (contents.before, contents.after, *(each.ids for each in found))
        )
        return _Prepared(file, before, found, tuple(lists), after)

    def _in_phases(
        self,
        client: S3Client,
        prepared: _Prepared,
        loaded: Loaded,
        stop: threading.Event,
        sums: Sums,
    ) -> list[str]:
        loaded.doing = "Making the tables"
        skipped = self._phase(prepared.beginning, prepared.before, stop)
        loaded.shares, loaded.doing = prepared.shares, ""
        skipped += self._streams(client, prepared.lists, loaded, stop, sums)
        loaded.doing = _BUILDING
        jobs = f"--jobs={self.jobs}"
        return skipped + self._phase(prepared.beginning, prepared.after, stop, jobs)

    def _phase(
        self, beginning: IO[bytes], wanted: IO[bytes], stop: threading.Event, *more: str
    ) -> list[str]:
        child = self._start([*more, f"--use-list={path_of(wanted)}", path_of(beginning)],
                            [wanted, beginning])  # fmt: skip
        try:
            return _ended(child, stop)
        finally:
            child.end()

    def _streams(
        self,
        client: S3Client,
        lists: Sequence[IO[bytes] | None],
        loaded: Loaded,
        stop: threading.Event,
        sums: Sums | None,
    ) -> list[str]:
        """Each reads the dump and loads what its list names; the last one reads to the end."""
        children: list[Child] = []
        skipped: list[str] = []

        def feed(at: int) -> None:
            child = children[at]
            done = (lambda: bool(child.grave)) if at == len(lists) - 1 else (lambda: True)
            try:
                pour(
                    client, self.bucket, self.backup, self.settings, child.input,
                    loaded.reads[at], stop, done,
                )  # fmt: skip
                child.close_input()
            except BaseException:
                # What pg_restore said is nearer to the cause than that it took no more input.
                if child.grave:
                    child.finish(stop)
                raise
            skipped.extend(_ended(child, stop))

        try:
            for wanted in lists:
                arguments = [] if wanted is None else [f"--use-list={path_of(wanted)}"]
                children.append(self._start(arguments, [wanted] if wanted else [], fed=True))
            loaded.reads = [Read(sums=sums) for _ in children]
            _side_by_side(feed, children, stop)
        finally:
            for child in children:
                child.end()
        return skipped

    def _start(
        self, arguments: Sequence[str], files: Sequence[IO[bytes]], *, fed: bool = False
    ) -> Child:
        return self._child((*self.arguments, *arguments), files, fed, grave)

    def _child(
        self,
        arguments: Sequence[str],
        files: Sequence[IO[bytes]],
        fed: bool = False,
        ends_at: Callable[[str], bool] | None = None,
    ) -> Child:
        try:
            return Child(
                self.program, arguments, self.environment, redact=self.redact,
                takes_input=fed, files=files, ends_at=ends_at,
            )  # fmt: skip
        except OSError as error:
            raise OpsError(f"pg_restore could not be run: {error.strerror or error}.") from error


def grave(line: str) -> bool:
    """Whether a line of pg_restore means that the copy would not be whole. Pure."""
    return line.startswith("pg_restore: error:") and not _NOT_TO_WORRY.search(line)


def _ended(child: Child, stop: threading.Event) -> list[str]:
    """What it could not set, once it has ended. Raises ProgramFailed, Stopped."""
    try:
        child.finish(stop)
    except ProgramFailed as error:
        if child.grave or not _ERROR.search(error.said):
            raise
    return [each for each in _ERROR.findall(child.said) if _OWN_SETTING not in each]


def _side_by_side(
    work: Callable[[int], None], children: Sequence[Child], stop: threading.Event
) -> None:
    """Run `work(0)`, `work(1)`… in threads; the first failure ends all of them, and is raised."""
    failures: list[BaseException] = []

    def body(at: int) -> None:
        try:
            work(at)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failures.append(error)
            stop.set()

    threads = [
        threading.Thread(target=body, args=(at,), name=f"backup-stream-{at}", daemon=True)
        for at in range(len(children))
    ]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads) and not stop.wait(_LOOK):
        pass
    if stop.is_set():  # a thread may be waiting for a child that waits for the server
        for child in children:
            child.interrupt()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]
