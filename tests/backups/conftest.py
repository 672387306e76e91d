from __future__ import annotations

import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.world import World
from tests.backups.stage import BIG, database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def big(session_world: World) -> AsyncIterator[str]:
    """The address of a database that is dumped in several parts."""
    async with database(session_world, "large", *BIG) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tiny(session_world: World) -> AsyncIterator[str]:
    """The address of a database that is dumped in a moment."""
    made = "create table things as select n as id, n::text as name from generate_series(1, 5000) n"
    async with database(session_world, "tiny", made) as dsn:
        yield dsn


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 24 MB of its own, which really gets full. Every user may pass to it."""
    place = Path(tempfile.mkdtemp(prefix="pitchey-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0777", "tmpfs", str(place)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        place.rmdir()
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()
