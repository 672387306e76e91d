"""Programs of the platform's own (npm, wrangler, git): run without a shell, watched, ended in time.

The arguments are a list from pitchey.toml; nothing in them is read by a shell. Each program runs
under a warden (`bot.program_warden`), which ends it and all its children when the time is over,
when somebody stops it, and when the bot itself is killed.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import re
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import program_warden
from bot.errors import NotConfigured

LONGEST_LINE = 16_000  # characters; the rest of a longer line is left out, whole
TAIL_LINES = 200
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "SSL_CERT_FILE")
_PLAIN = {"CI": "1", "NO_COLOR": "1", "TERM": "dumb"}
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_LOOK = 0.25  # seconds between two looks whether it has ended
_LAST_WORDS = 2.0  # seconds for what a program that has ended had still to say
_UNTIL_KILLED = program_warden.PATIENCE + 2.0  # seconds that a warden gets to end its group
OnLine = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `tail` is its last lines without secrets; `seconds` it ran.

    `stopped` says why the bot ended it; empty where it ended by itself.
    """

    code: int
    seconds: float
    lines: int
    tail: tuple[str, ...]
    stopped: str = ""

    @property
    def good(self) -> bool:
        return self.code == 0 and not self.stopped

    @property
    def told(self) -> str:
        """`ended with code 1 after 3.2 s`."""
        if self.stopped:
            return f"{self.stopped} after {self.seconds:,.1f} s"
        if self.code == program_warden.NOT_STARTED:
            return self.tail[-1] if self.tail else "could not be started"
        if self.code > 128:
            return f"was ended by signal {self.code - 128} after {self.seconds:,.1f} s"
        return f"ended with code {self.code} after {self.seconds:,.1f} s"


async def _unheard(_line: str) -> None:
    return


async def run_program(
    arguments: Sequence[str],
    *,
    folder: Path,
    limit: float,
    variables: Mapping[str, str] | None = None,
    redact: Callable[[str], str] = str,
    on_line: OnLine = _unheard,
    stop: asyncio.Event | None = None,
) -> Ended:
    """Run it to its end, at most `limit` seconds; raises NotConfigured where it cannot begin.

    It sees `variables` and a few harmless ones of the bot's own, never the bot's secrets. Each
    line of its output, errors among it, goes to `on_line` without secrets. `stop` ends it early.
    Cancelled, it is ended too.
    """
    if not await asyncio.to_thread(folder.is_dir):
        raise NotConfigured(f"There is no folder {folder}.", "Correct it in pitchey.toml.")
    begun = time.monotonic()
    warden = [sys.executable, "-I", "-S", program_warden.__file__]
    process = await asyncio.create_subprocess_exec(
        *warden,
        *arguments,
        cwd=folder,
        env=environment(variables or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    reading = asyncio.create_task(_read(process, tail, redact, on_line))
    over = asyncio.create_task(_over(process, reading))
    asked = asyncio.create_task(stop.wait()) if stop is not None else None
    stopped = ""
    try:
        waiting = {over} | ({asked} if asked is not None else set())
        done, _ = await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if over not in done:
            stopped = "was stopped" if done else f"took longer than its {limit:,.0f} s"
    finally:
        over.cancel()
        if asked is not None:
            asked.cancel()
        code = await asyncio.shield(_finish(process, reading))
    # A daemon that outlives the program may hold the output open: then reading was given up.
    lines = len(tail) if reading.cancelled() else reading.result()
    return Ended(code, time.monotonic() - begun, lines, tuple(tail), stopped)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What a program sees: where programs are, no secrets of the bot, and what it is given."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | _PLAIN | dict(variables)


async def _over(process: asyncio.subprocess.Process, reading: asyncio.Task[int]) -> None:
    """Until the output ends, or the program has ended and something else holds its output open."""
    while process.returncode is None:
        done, _ = await asyncio.wait({reading}, timeout=_LOOK)
        if done:
            return
    await asyncio.wait({reading}, timeout=_LAST_WORDS)


async def _finish(process: asyncio.subprocess.Process, reading: asyncio.Task[int]) -> int:
    """Tell the warden to stop, which a program that has ended does not notice; the exit code."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_UNTIL_KILLED):
            if process.returncode is None:
                await asyncio.shield(reading)
            return await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return await process.wait()
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read(
    process: asyncio.subprocess.Process,
    tail: deque[str],
    redact: Callable[[str], str],
    on_line: OnLine,
) -> int:
    """Every line until the output ends; answers how many there were."""
    stream = process.stdout
    if stream is None:
        return 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    count, pending = 0, ""
    while True:
        chunk = await stream.read(65_536)
        pending += decoder.decode(chunk, final=not chunk)
        *lines, pending = re.split(r"\r?\n|\r", pending)
        if not chunk and pending:
            lines.append(pending)
        for line in lines:
            count += 1
            # Redacted before it is cut: a cut secret is not recognised any more.
            told = redact(_ESCAPES.sub("", line[:LONGEST_LINE]))
            tail.append(told)
            await on_line(told)
        if len(pending) > 2 * LONGEST_LINE:
            pending = pending[: LONGEST_LINE + 1]
        if not chunk:
            return count
