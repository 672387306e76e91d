"""Standard output as it is: closed, full, narrow, no longer read, or of few characters."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import sys
from typing import TextIO

from rich.console import Console

EXIT_OUTPUT = 74  # sysexits.h EX_IOERR: the answer could not be written
USUAL_WIDTH = 80
_WIDEST = 1_000  # COLUMNS may say anything
_HEIGHT = 25  # nothing is paged; given, so that LINES is not read


class Output:
    """Takes bytes for standard output. Never raises: `problem` says what went wrong.

    A reader who has seen enough (`pitchey help | head`) is no problem; the rest is dropped.
    """

    def __init__(self) -> None:
        self._stream = sys.stdout if _usable(sys.stdout) else None
        self._gone = False
        self.problem = ""

    @property
    def encoding(self) -> str:
        return _encoding(self._stream)

    @property
    def is_unicode(self) -> bool:
        return self.encoding.replace("_", "-") in ("utf-8", "utf8")

    def page(self) -> Page:
        """An empty page that is drawn as standard output would be; see `write_text`."""
        return Page(self._stream)

    def write_text(self, text: str) -> None:
        """Write text; what the character set lacks, is written as its escape."""
        self.write_bytes(text.encode(self.encoding, "backslashreplace"))

    def write_bytes(self, content: bytes) -> None:
        if self._gone or self.problem:
            return
        if self._stream is None:
            self.problem = "it is closed"
            return
        try:
            self._stream.flush()
            # Past Python's buffer: what stays in it would fail again when the process ends.
            _write_all(self._stream.fileno(), content)
        except BrokenPipeError:
            self._gone = True
        except OSError as error:
            self.problem = (error.strerror or str(error)).lower()


class Page(io.StringIO):
    """Text drawn for a stream, and not yet written to it."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(newline="\n")
        self._encoding = _encoding(stream)
        self._terminal = stream is not None and stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal

    def console(self) -> Console:
        return Console(file=self, width=width(), height=_HEIGHT)


def write(text: str) -> int:
    """Text on standard output; the exit code, after a word on standard error where it failed."""
    output = Output()
    output.write_text(text)
    return told(output.problem)


def flush() -> int:
    """Let go of what Python's buffer for standard output holds; the exit code.

    What stays in it would fail when the process ends, with words that help nobody.
    """
    stream = sys.stdout
    if not _usable(stream):
        return 0
    problem = ""
    try:
        stream.flush()
    except OSError as error:
        # The buffer goes there instead.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            problem = (error.strerror or str(error)).lower()
    return told(problem)


def told(problem: str) -> int:
    """Why standard output did not take it, said on standard error; the exit code."""
    if not problem:
        return 0
    say(f"pitchey: the answer could not be written to standard output: {problem}.\n")
    return EXIT_OUTPUT


def say(text: str) -> None:
    """Text on standard error as far as there is one."""
    stream = sys.stderr
    if not _usable(stream):
        return
    with contextlib.suppress(OSError):
        stream.flush()
        _write_all(stream.fileno(), text.encode(_encoding(stream), "backslashreplace"))


def width() -> int:
    """Columns of the terminal: as COLUMNS says, else as the terminal does, else 80."""
    try:
        told = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        told = 0
    if told > 0:
        return min(told, _WIDEST)
    for stream in (1, 2, 0):
        with contextlib.suppress(OSError):
            if (columns := os.get_terminal_size(stream).columns) > 0:
                return columns
    return USUAL_WIDTH


def _usable(stream: TextIO | None) -> bool:
    """Python has no stream where the descriptor was closed at the start."""
    return stream is not None and not stream.closed


def _encoding(stream: TextIO | None) -> str:
    return (getattr(stream, "encoding", None) or "utf-8").lower()


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError as error:
            if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                raise
            select.select([], [descriptor], [])
