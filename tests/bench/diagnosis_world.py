"""The sandbox in a process of its own; each line of its input names the faults to have."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.sandbox.world import World


async def main(folder: Path) -> None:
    """Each line is a JSON list of switches; it is answered once they act. The end of input ends."""
    loop = asyncio.get_running_loop()
    async with World.start(folder, with_bot=False) as world:
        say({"ready": True})
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            await world.reset()
            for name in json.loads(line):
                world.faults.switch(name, True)
            await world.settled()
            say({"done": True})


def say(told: dict[str, bool]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
