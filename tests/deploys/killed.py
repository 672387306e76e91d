"""A bot without Slack that begins a deployment, or resumes the interrupted one, until it is killed.

Arguments: pitchey.toml, the store's file, and the line to begin with; empty to resume.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bot.app import House
from bot.command import Invocation, Person, Reply, Role, Surface
from bot.patience import Nobody
from bot.payloads import reference
from bot.sandbox.workspace import ANA, OMAR, OPS
from bot.settings import Roles, load
from bot.store.operation_rows import State
from handlers.deploys.recovering import tell_stranded

QUICK = {"look_seconds": 2, "minimum_requests": 12, "test_requests": 6}


async def main(config: str, store: str, line: str) -> None:
    settings = load(Path(config), os.environ)
    settings = settings.model_copy(
        update={
            "roles": Roles(default=Role.ADMIN, terminal=Role.ADMIN),
            "deploys": settings.deploys.model_copy(update=QUICK),
            "store": settings.store.model_copy(update={"path": Path(store)}),
        }
    )
    house = House.open(settings)
    guard, runtime = house.dispatcher.guard, house.dispatcher.runtime
    guard.open()

    async def says(person: str, words: str) -> Reply:
        asked = Invocation(reference(), Person(person, person), Surface.SLASH, words, OPS)
        return await house.dispatcher.run(asked, Nobody())

    if not line:
        await tell_stranded(runtime, runtime.now())
        (run,) = house.store.deploys.unfinished()
        line = f"operation {run.operation} resume"
    told = await says(OMAR, line)
    waiting = house.store.operations.newest(1, (State.REQUESTED,))
    if not waiting:
        raise SystemExit(f"{line}: {told.text}")
    await says(ANA, f"operation {waiting[0].id} approve")
    while guard.runner.tasks:  # noqa: ASYNC110 - a parent process kills this one
        await asyncio.sleep(0.05)
    await house.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
