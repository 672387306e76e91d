"""What a dump contains: a custom-format archive begins with that. Blocks.

pg_restore says itself whether it was given all of it: else it fails at the end of the file. The
beginning is kept in a file without a name, so whatever happens nothing of it is left behind.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from bot.backups.processes import Child, ProgramFailed
from bot.backups.uploading import MEGABYTE

TABLE_ROWS, RIGHTS, LARGE_OBJECTS = "TABLE DATA", "ACL", "BLOBS"
_LONGEST = 1 << 30  # bytes; one of a dump with more than that is not worth its room
_CUT = ("end of file", "too short")
_LINE = re.compile(r"^(\d+); \d+ \d+ (.+)$", re.MULTILINE)

Start = Callable[[Sequence[str], Sequence[IO[bytes]]], Child]  # arguments, files that it reads


class NoRoom(Exception):
    """The bot's machine cannot keep it; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of `pg_restore --list`: what it is, its schema, name and owner."""

    id: int
    line: str

    def is_a(self, kind: str) -> bool:
        return self.line.startswith(f"{kind} ")

    @property
    def told(self) -> str:
        """The schema, name and owner of a table's rows."""
        return self.line.removeprefix(f"{TABLE_ROWS} ")


@dataclass(frozen=True, slots=True)
class TableOfContents:
    """`before` makes what the rows are loaded into, `after` all the rest; in the dump's order.

    Rights come last, as pg_restore does it by itself: a role may have none on its own table, and
    loads it all the same.
    """

    before: tuple[int, ...]
    rows: tuple[Entry, ...]
    after: tuple[int, ...]

    @property
    def large_objects(self) -> bool:
        return any(each.is_a(LARGE_OBJECTS) for each in self.rows)


class Beginning:
    """Takes the dump's bytes until the table of contents is whole; then it takes no more."""

    def __init__(self, file: IO[bytes], start: Start) -> None:
        self._file, self._start = file, start
        self._held, self._next = 0, MEGABYTE
        self._whole = False

    def write(self, piece: bytes) -> int:
        """Raises NoRoom, ProgramFailed, and BrokenPipeError once it is whole."""
        if self._whole:
            raise BrokenPipeError
        _write(self._file, piece)
        self._held += len(piece)
        if self._held >= self._next:
            self._next *= 2
            self._look()
        return len(piece)

    def _look(self) -> None:
        try:
            self._list()
            self._whole = True
        except ProgramFailed as error:
            if not any(words in error.said for words in _CUT):
                raise
            if self._held >= _LONGEST:
                raise NoRoom(f"it lists more than {_LONGEST >> 30} GB") from error
            self._file.seek(0, os.SEEK_END)

    def read(self) -> TableOfContents:
        """Raises ProgramFailed where it is not whole."""
        before, rows, after = (
            tuple(entries(self._list(f"--section={section}")))
            for section in ("pre-data", "data", "post-data")
        )
        return TableOfContents(
            tuple(each.id for each in before if not each.is_a(RIGHTS)),
            rows,
            tuple(each.id for each in (*filter(_rights, before), *after)),
        )

    def _list(self, *arguments: str) -> str:
        child = self._start(("--list", *arguments, path_of(self._file)), [self._file])
        try:
            return b"".join(iter(lambda: child.read(MEGABYTE), b"")).decode(errors="replace")
        finally:
            child.end()


def entries(listed: str) -> Iterable[Entry]:
    """Out of what `pg_restore --list` says; it keeps names to one line there. Pure."""
    return (Entry(int(found[1]), found[2]) for found in _LINE.finditer(listed))


def list_of(ids: Iterable[int]) -> IO[bytes]:
    """A file for `--use-list`: an id says it, whatever the name looks like. Raises NoRoom."""
    file = unnamed()
    _write(file, "".join(f"{each};\n" for each in ids).encode())
    return file


def unnamed() -> IO[bytes]:
    """Raises NoRoom."""
    try:
        return tempfile.TemporaryFile(prefix="pitchey-restore-", buffering=0)
    except OSError as error:
        raise NoRoom(f"the bot has no folder for it: {error.strerror or error}") from error


def path_of(file: IO[bytes]) -> str:
    """The path by which a child that has it open reads it, from its first byte on."""
    file.seek(0)  # some systems have one position for both
    return f"/dev/fd/{file.fileno()}"


def _write(file: IO[bytes], content: bytes) -> None:
    try:
        written = file.write(content)
    except OSError as error:
        raise NoRoom(f"the bot's disk does not take it: {error.strerror or error}") from error
    if written != len(content):
        raise NoRoom("the bot's disk is full")


def _rights(entry: Entry) -> bool:
    return entry.is_a(RIGHTS)
