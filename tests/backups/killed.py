"""A bot that makes a backup until it is killed; run as a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.backups import take
from bot.clients import Clients
from bot.command import Person
from bot.settings import load
from bot.store import Store


async def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def main(config: str, store: str) -> None:
    settings = load(Path(config))
    clients = Clients.connect(settings)
    await take(
        settings, clients, Store.open(Path(store), settings.store_address), label="manual",
        person=Person("", "killed"), say=_tell,
    )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
