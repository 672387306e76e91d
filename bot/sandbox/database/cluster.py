"""An embedded PostgreSQL server on loopback: its programs, its folder, its process."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import socket
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from pathlib import Path

import psutil
import psycopg

from bot.sandbox.database.programs import find, reachable
from bot.sandbox.door import HOST
from bot.sandbox.processes import Processes

MAX_CONNECTIONS = 100
OWNER = "postgres"
_NOBODY = 65_534
_ORIGIN = "sandbox-folder.txt"  # beside files that had to move: where they belong
_BUILTIN = ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
# Nothing here must survive a power cut, so nothing waits for the disk.
_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": str(MAX_CONNECTIONS),
    "shared_buffers": "64MB",
    "wal_level": "logical",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "track_io_timing": "on",
}


class Cluster:
    """One PostgreSQL server. Its files stay between runs; its port does not.

    The server refuses to run as root: then it runs as `nobody`, and its files move to
    the temporary folder where `nobody` cannot reach the wanted one. Permissions of
    existing folders are never changed.
    """

    def __init__(
        self, folder: Path, processes: Processes, password: str, release: Path | None = None
    ) -> None:
        """`release` is a PostgreSQL of another version than the environment's: its folder."""
        self._processes = processes
        self._password = password
        self._user = _NOBODY if os.geteuid() == 0 else None
        self.programs = find(release, self._user)
        if release is not None:  # no server reads the files of another version
            folder = folder.with_name(f"{folder.name}-{self.programs.major}")
        self._wanted = folder
        reached = reachable(folder.parent, self._user)
        self.folder = folder if reached else _elsewhere(folder)
        self._process: Process | None = None
        self.port = 0
        self.preload = ""  # a library, loaded where the release has it

    def owner_url(self, database: str = OWNER) -> str:
        """Connection string of the superuser; for the sandbox itself only."""
        return f"postgresql://{OWNER}:{self._password}@{HOST}:{self.port}/{database}"

    async def start(self) -> bool:
        """Start the server; true if its files had to be made."""
        fresh = not (self.folder / "PG_VERSION").exists()
        if fresh:
            await self._initialise()
        else:
            await self._end_survivor()
        self.port = _free_port()
        options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
        if self.preloads:
            options.append(f"--shared_preload_libraries={self.preload}")
        server = self.programs.server / "postgres"
        with (self.folder / "server.log").open("wb") as log:
            self._process = await self._processes.start(
                [server, "-D", self.folder, "-p", str(self.port), *options],
                farewell=signal.SIGQUIT,
                user=self._user,
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=log,
            )
        await self._wait_until_ready()
        return fresh

    @property
    def preloads(self) -> bool:
        """Whether the wanted library is among the release's own."""
        libraries = self.programs.server.parent / "lib"
        return bool(self.preload) and any(libraries.rglob(f"{self.preload}.so"))

    async def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one, which is a crash."""
        if self._process is not None:
            process, self._process = self._process, None
            await self._processes.stop(process, how)

    async def _initialise(self) -> None:
        _clear_orphans()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as password:
            password.write(self._password)
            password.flush()
            if self._user is not None:
                os.chown(self.folder, self._user, self._user)
                os.chown(password.name, self._user, self._user)
            await self._run(
                "initdb", "-D", str(self.folder), "-U", OWNER, "--pwfile", password.name,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
                *(_BUILTIN if self.programs.major >= 17 else ()), "--no-sync",
            )  # fmt: skip
        if self.folder != self._wanted:
            (self.folder / _ORIGIN).write_text(str(self._wanted), "utf-8")

    async def _run(self, program: str, *arguments: str) -> None:
        process = await self._processes.start(
            [self.programs.server / program, *arguments],
            user=self._user, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        await self._processes.stop(process)
        if process.returncode:
            raise RuntimeError(f"{program} failed: {output.decode(errors='replace').strip()}")

    async def _wait_until_ready(self) -> None:
        for _ in range(400):
            if self._process is None or self._process.returncode is not None:
                break
            try:
                probe = await psycopg.AsyncConnection.connect(self.owner_url(), connect_timeout=2)
            except psycopg.OperationalError:
                await asyncio.sleep(0.02)
            else:
                await probe.close()
                return
        log = (self.folder / "server.log").read_text(errors="replace").strip()
        raise RuntimeError(f"PostgreSQL did not start: {log or 'it said nothing'}")

    async def _end_survivor(self) -> None:
        """Make way where a server of a killed run still holds the folder."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            survivor = psutil.Process(pid)
            if str(self.folder) in survivor.cmdline():
                survivor.send_signal(signal.SIGQUIT)
                await asyncio.to_thread(survivor.wait, 5)
        except (OSError, ValueError, psutil.Error):
            return  # no such file, or no such process: nothing survived


def _elsewhere(folder: Path) -> Path:
    """A place in the temporary folder for this one's files, named by it."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"pitchey-sandbox-{name}"


def _clear_orphans() -> None:
    """Remove files in the temporary folder whose sandbox folder no longer exists."""
    for note in Path(tempfile.gettempdir()).glob(f"pitchey-sandbox-*/{_ORIGIN}"):
        try:
            orphaned = not Path(note.read_text("utf-8")).parent.exists()
        except OSError:
            continue
        if orphaned and not (note.parent / "postmaster.pid").exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
