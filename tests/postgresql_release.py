"""Servers of other releases of PostgreSQL than the environment's, for tests.

`make postgresql` installs them; Debian's own are taken too. A release that is not there is skipped
by its name, or fails the test where PITCHEY_NEEDS_POSTGRESQL lists it, as in "13 15".
PITCHEY_POSTGRESQL=13 runs every test of the sandbox and of stores on that release.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot.sandbox.database.programs import find

MAJORS = (13, 14, 15, 16, 17)
_TOOLS = Path(__file__).parents[1] / ".tools" / "postgresql"
_NOBODY = 65_534
_PASSWORD = "elsewhere-Only-9Kx1"


def release(major: int) -> Path:
    """The folder of that release; skips or fails the test where it is not installed."""
    for folder in (_TOOLS / str(major), Path(f"/usr/lib/postgresql/{major}")):
        if (folder / "bin" / "initdb").exists():
            return folder
    words = f"PostgreSQL {major} is not installed: make postgresql"
    if str(major) in os.environ.get("PITCHEY_NEEDS_POSTGRESQL", "").split():
        pytest.fail(words)
    pytest.skip(words)


def chosen() -> Path | None:
    """The release that this run of tests is for; None is the environment's own."""
    major = os.environ.get("PITCHEY_POSTGRESQL", "")
    return release(int(major)) if major else None


@contextmanager
def server(folder: Path, *options: str) -> Iterator[str]:
    """An empty server of the release in that folder; answers its superuser's address. Blocks."""
    user = _NOBODY if os.geteuid() == 0 else None
    programs = find(folder, user).server
    place = Path(tempfile.mkdtemp(prefix="pitchey-release-"))
    try:
        if user is not None:
            os.chown(place, user, user)
        subprocess.run(
            [programs / "initdb", "-D", place / "data", "-U", "postgres", "--auth", "trust",
             "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            user=user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, cwd=place,
        )  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [programs / "postgres", "-D", place / "data", "-p", str(port), "--fsync=off",
             "--listen_addresses=127.0.0.1", "--unix_socket_directories=", *options],
            user=user, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=place,
        )  # fmt: skip
        try:
            url = f"postgresql://postgres:{_PASSWORD}@127.0.0.1:{port}/postgres"
            _wait_for(url)
            yield url
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server never answered")
