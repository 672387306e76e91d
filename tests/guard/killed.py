"""A bot that asks, approves and rehearses as fast as it can, until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.app import catalogue
from bot.clients import Clients
from bot.command import Invocation, Person, Reply, Role, Surface
from bot.dispatch import Dispatcher
from bot.observability import Observability
from bot.payloads import reference
from bot.redaction import Redactor
from bot.settings import Roles, load
from bot.store import Store

ROOT = Path(__file__).parents[2]


class Deaf:
    async def progress(self, _text: str) -> None:
        return

    async def send(self, _reply: Reply) -> None:
        return


async def main(path: Path) -> None:
    roles = Roles(default=Role.ADMIN, terminal=Role.ADMIN)
    settings = load(ROOT / "pitchey.toml", {}).model_copy(update={"roles": roles})
    store = Store.open(path, os.environ.get("STORE_URL", ""))
    dispatcher = Dispatcher(
        settings, Clients.connect(settings), store, catalogue(), Redactor([]), Observability()
    )
    dispatcher.guard.open()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    number = 0

    async def run(person: str, line: str) -> None:
        invocation = Invocation(
            reference(), Person(person, person), Surface.SLASH, line, "C0OPS00001"
        )
        await dispatcher.run(invocation, Deaf())

    while True:
        number += 1
        await run(
            "U0AAAAAAA",
            # No target twice: over PostgreSQL, who was killed still holds the last one for a while.
            f"practise danger stage{os.getpid()}-{number} --seconds 0 "
            '--reason "kill me at any time"',
        )
        (asked,) = store.operations.newest(1, ("requested",))  # type: ignore[arg-type]
        # Two people press in the same moment, and one of them twice.
        line = f"operation {asked.id} approve"
        await asyncio.gather(*(run(person, line) for person in ("U0BBB", "U0CCC", "U0BBB")))
        sys.stdout.write("done\n")
        sys.stdout.flush()
        await asyncio.sleep(0.002)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
