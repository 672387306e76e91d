"""A bot whose people press as fast as they can in a breach playbook, until it is killed.

Each press that was answered is written to the output before the next one: what is on the output
must be in the store afterwards.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from bot.app import catalogue
from bot.clients import Clients
from bot.command import Invocation, Person, Role, Surface
from bot.dispatch import Dispatcher
from bot.observability import Observability
from bot.patience import Nobody
from bot.payloads import reference
from bot.redaction import Redactor
from bot.settings import Roles, load
from bot.store import Store
from handlers.playbooks.ticking import tick

ROOT = Path(__file__).parents[2]
PEOPLE = ("U0AAA", "U0BBB", "U0CCC")
CHANNEL = "C0OPS00001"
MANUAL = ("1.1", "1.2", "1.4", "2.2", "2.4")


async def main(path: Path) -> None:
    roles = Roles(default=Role.ADMIN, terminal=Role.ADMIN)
    settings = load(ROOT / "pitchey.toml", {}).model_copy(update={"roles": roles})
    store = Store.open(path, os.environ.get("STORE_URL", ""))
    dispatcher = Dispatcher(
        settings, Clients.connect(settings), store, catalogue(), Redactor([]), Observability()
    )
    runtime = dispatcher.runtime
    ahead = timedelta()
    runtime.clock = lambda: dispatcher.guard.clock() + ahead
    dispatcher.guard.open()

    async def press(person: str, line: str) -> None:
        asked = Invocation(reference(), Person(person, person), Surface.BUTTON, line, CHANNEL)
        reply = await dispatcher.run(asked, Nobody())
        if reply.outcome == "succeeded" and line.startswith("playbook step"):
            sys.stdout.write(f"{line}\t{person}\n")
            sys.stdout.flush()

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        await press(PEOPLE[0], "playbook start data-breach --discovered 30m")
        run = store.playbook_runs.active()[0].id
        for step in MANUAL:
            words = "seen by all"
            lines = (
                f"playbook step {run} {step} done {words}",
                f"playbook step {run} {step} skip {words}",
            )
            # Three people press in the same moment, one of them something else.
            await asyncio.gather(
                *(press(who, lines[who == "U0CCC"]) for who in PEOPLE), tick(runtime, runtime.now())
            )
            ahead += timedelta(minutes=25)
        await press(PEOPLE[1], f"playbook step {run} 2.1 run")
        await press(PEOPLE[1], f"playbook stop {run} again from the start")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
