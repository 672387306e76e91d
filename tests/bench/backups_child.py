"""One backup or restore in a process of its own, so that its time and memory can be told."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.backups import kept, take
from bot.backups.beside_databases import Standing
from bot.backups.restoring import restore_into
from bot.clients import Clients
from bot.command import Person
from bot.settings import load
from bot.store import Store


async def _silent(_text: str) -> None:
    return


async def main(act: str, backup: str) -> None:
    settings = load(Path(os.environ["PITCHEY_CONFIG"]))
    past_the_door = {"backup_endpoint_url": os.environ["BENCH_BUCKETS"]}
    storage = settings.storage.model_copy(update=past_the_door)
    settings = settings.model_copy(update={"storage": storage})
    clients, store = Clients.connect(settings), Store.open(settings.store.path)
    await clients.prepare()
    began = time.perf_counter()
    try:
        if act == "take":
            made = await take(
                settings, clients, store, label="manual", person=Person("", "bench"), say=_silent,
                read_back=False,
            )  # fmt: skip
            assert made.manifest is not None
            told = {"id": made.id, "bytes": made.bytes, "raw": made.manifest.raw_bytes,
                    "rows": made.manifest.rows}  # fmt: skip
        else:
            found = await kept(settings, clients, deadline=60, now=datetime.now(UTC))
            (wanted,) = (each for each in found if each.id == backup)
            restored = await restore_into(
                settings, clients, clients.database, wanted, "bench_ours",
                standing=Standing.RESTORED, by="bench", say=_silent,
            )  # fmt: skip
            assert not restored.problems
            told = {"id": backup}
        told["seconds"] = time.perf_counter() - began
        sys.stdout.write(json.dumps(told))
    finally:
        store.close()
        await clients.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
