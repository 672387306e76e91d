"""Folders of sandboxes that tests keep: the first is filled, the others begin as copies of it.

Filling one is eight seconds of a processor, each worker has one, and two have one more.
`python -m tests.worlds` fills the first beforehand, as CI does while it waits for something else.
"""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.sandbox.occupancy import AlreadyRunning
from bot.sandbox.world import World
from tests import postgresql_release

ROOT = Path(__file__).parents[1]
FOLDERS = ROOT / "var" / "tests"


@asynccontextmanager
async def running(name: str, **how: Any) -> AsyncIterator[World]:
    """A sandbox without the bot in the first folder of that name that no other test run holds.

    The folder is kept, so that the next start is quick. `how` is for `World.start`.
    """
    async with AsyncExitStack() as stack:
        for number in range(16):
            folder = await _kept(f"{name}-{number}")
            release = postgresql_release.chosen()
            starting = World.start(folder, with_bot=False, postgresql=release, **how)
            try:
                world = await stack.enter_async_context(starting)
            except AlreadyRunning:
                continue
            yield world
            return
        raise RuntimeError(f"sixteen sandboxes already run in {FOLDERS}")


async def _kept(name: str) -> Path:
    """The folder of that name; what is there already stays."""
    folder = FOLDERS / name
    if not folder.exists():
        line = [sys.executable, "-m", "tests.worlds", name]
        await asyncio.to_thread(subprocess.run, line, cwd=ROOT, check=True)
    return folder


def main(*names: str) -> None:
    """Fill the folder that is copied, and copy it to those names; one process at a time."""
    release = postgresql_release.chosen()
    full = FOLDERS / f"full-{release.name if release else 'own'}"
    FOLDERS.mkdir(parents=True, exist_ok=True)
    with (FOLDERS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun = FOLDERS / "begun"
        if not full.exists():
            shutil.rmtree(begun, ignore_errors=True)
            asyncio.run(_fill(begun, release))
            begun.rename(full)
        for folder in (FOLDERS / name for name in names):
            if not folder.exists():
                shutil.rmtree(begun, ignore_errors=True)
                # As root the rows belong to another user, which -a keeps.
                subprocess.run(["cp", "-a", str(full), str(begun)], check=True)
                begun.rename(folder)


async def _fill(folder: Path, release: Path | None) -> None:
    async with World.start(folder, with_bot=False, postgresql=release):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
