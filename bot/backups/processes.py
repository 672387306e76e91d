"""Child processes whose output is only whole if they ended well. Blocks: used in threads."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from bot.clients.postgres_trouble import DatabaseTrouble, meaning
from bot.errors import OpsError

_QUOTED = re.compile(r"^.*(?:Query|Command) was: .*$", re.MULTILINE)
_KEPT = 8_000  # bytes of what a process says last
_PIPE = 1 << 20  # bytes; the most that an ordinary user of Linux may ask for
_LOOK = 0.2  # seconds between two looks whether somebody cancelled
_PATIENCE = 10.0  # seconds between a request to end and a kill


class ProgramFailed(OpsError):
    """A program of PostgreSQL ended badly; `said` is its own last words, redacted."""

    def __init__(self, name: str, code: int, said: str) -> None:
        # The statement that is quoted after an error may well speak of time-outs.
        trouble = meaning(_QUOTED.sub("", said))
        last = _last_line(said)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        super().__init__(f"{name} {how}: {last or 'it said nothing'}.", _hint(trouble, said))
        self.name = name
        self.code = code
        self.said = said
        self.trouble = trouble


class Stopped(OpsError):
    """Somebody cancelled the work."""

    def __init__(self) -> None:
        super().__init__("It was cancelled.", permanent=True)


class Child:
    """One running program. `read` raises at the end unless it exited with 0."""

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        environment: dict[str, str],
        *,
        redact: Callable[[str], str] = str,
        takes_input: bool = False,
        files: Sequence[IO[bytes]] = (),
        ends_at: Callable[[str], bool] | None = None,
    ) -> None:
        """`files` stay open in it, under the numbers that they have here."""
        self.name = program.name
        self._redact = redact
        self._said = bytearray()
        self._ends_at = ends_at
        self.grave = ""  # the line at which it was ended
        self._process = subprocess.Popen(  # noqa: S603 - a program of the machine's own
            [program, *arguments],
            env=environment,
            stdin=subprocess.PIPE if takes_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pass_fds=[each.fileno() for each in files],
            start_new_session=True,  # Ctrl-C in a terminal is the bot's to handle
        )
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _widen(pipe)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def input(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise ValueError(f"{self.name} takes no input")
        return self._process.stdin

    def close_input(self) -> None:
        """Tell it that nothing more comes."""
        with contextlib.suppress(OSError):  # it may have ended already; its exit code counts
            self.input.close()

    @property
    def said(self) -> str:
        return self._redact(self._said.decode(errors="replace"))

    def read(self, size: int = -1) -> bytes:
        """Some bytes; b"" after the last one, and only if the program ended well."""
        if self._process.stdout is None:
            return b""
        piece = self._process.stdout.read(size)
        if not piece:
            self.finish()
        return piece or b""

    def finish(self, stop: threading.Event | None = None) -> None:
        """Wait for its end; raises ProgramFailed unless that is 0, Stopped once `stop` is set."""
        while stop is not None and self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LOOK)
            if stop.is_set():
                raise Stopped
        code = self._process.wait()
        self._listener.join(_PATIENCE)
        if code != 0:
            raise ProgramFailed(self.name, code, self.said[max(0, self.said.find(self.grave)) :])

    def interrupt(self) -> None:
        """Ask it to end; whoever waits for it, or writes to it, goes on by that."""
        if self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        """Make sure that it has ended; harmless where it had."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)  # with its own children
                self._process.wait()
        self._listener.join(_PATIENCE)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _listen(self) -> None:
        stream = self._process.stderr
        if stream is None:
            return
        with contextlib.suppress(OSError, ValueError):
            rest = ""
            while piece := stream.read(4_096):
                self._said += piece
                del self._said[:-_KEPT]
                *lines, rest = (rest + piece.decode(errors="replace")).split("\n")
                if self._ends_at is not None and not self.grave:
                    self.grave = self._redact(next(filter(self._ends_at, lines), ""))
                    if self.grave:
                        self._process.terminate()


def _widen(pipe: IO[bytes]) -> None:
    """Let more fit between the two: fewer changes from one process to the other."""
    import fcntl

    size = getattr(fcntl, "F_SETPIPE_SZ", None)  # Linux
    if size is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), size, _PIPE)


def _last_line(said: str) -> str:
    """The line that tells most: the first error, with what the server said of it."""
    lines = [line.strip().rstrip(".") for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    first = (errors or lines[-1:] or [""])[0]
    server = next((line for line in errors[1:] if "server:" in line or "FATAL" in line), "")
    return f"{first}; {server}"[:400] if server else first[:400]


def _hint(trouble: DatabaseTrouble, said: str) -> str:
    if "max_locks_per_transaction" in said or "out of shared memory" in said:
        return "The server has no room for so many locks: raise max_locks_per_transaction there."
    if "row-level security" in said:
        return "Give the database user BYPASSRLS, or use the owner of the tables."
    if "version mismatch" in said:
        return "Install the PostgreSQL client of the server's version."
    if "No space left" in said or "could not extend file" in said:
        return "The server's disk is full: make room there first."
    if trouble is DatabaseTrouble.PERMISSION:
        return (
            "Grant pg_read_all_data (before PostgreSQL 14: SELECT on all tables and sequences) to "
            "the bot's database user, or use the owner of the tables."
        )
    if trouble is DatabaseTrouble.CUT:
        return "The server ended the connection; try again once it is up."
    return "Try again; if it lasts, look at the database first."
