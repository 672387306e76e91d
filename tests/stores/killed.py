"""Copies a store and is killed when all rows are there and none of them counts yet."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from bot.store import Store
from bot.store.copying import copy


def main(file: str, url: str, source: str) -> None:
    opened = {"sqlite": Store.open(Path(file)), "postgresql": Store.open(Path(file), url)}
    (target,) = (each for name, each in opened.items() if name != source)
    copy(
        opened[source]._connection,
        target._connection,
        lambda: os.kill(os.getpid(), signal.SIGKILL),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
