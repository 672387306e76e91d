"""`pitchey store`: where the records are, and moving them between a file and PostgreSQL."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import NotConfigured, OpsError
from bot.store import Store
from bot.store.copying import copy

if TYPE_CHECKING:
    from bot.settings import Settings

ENGINES = ("sqlite", "postgresql")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "pitchey store", description="The bot's own records: move them to another engine."
    )
    acts = made.add_subparsers(dest="act", required=True)
    moving = acts.add_parser(
        "copy", help="copy everything into an empty store; stop the bot first, and change nothing"
    )
    moving.add_argument("source", choices=ENGINES, help="where the records are now")
    moving.add_argument("target", choices=ENGINES, help="where they go")
    moving.add_argument(
        "--file", type=Path, help="the SQLite file, unless that of [store] path is meant"
    )
    return made


def run(words: Sequence[str], settings: Settings) -> str:
    """Carry out one line; answers what was done. Raises OpsError, and SystemExit for --help."""
    asked = parser().parse_args(list(words))
    if asked.source == asked.target:
        raise OpsError("Source and target are the same engine.", "Name the other one as target.")
    file = asked.file or settings.store.path
    opened = {engine: _opened(engine, file, settings) for engine in ENGINES}
    try:
        source, target = opened[asked.source], opened[asked.target]
        for store in (source, target):
            if store.presence.anyone("bot"):
                raise OpsError(
                    "A bot runs on one of these stores: what it writes meanwhile would be lost.",
                    "Stop every copy of the bot, wait ten seconds, and try again.",
                )
        copied = copy(source._connection, target._connection)
        entries, head = target.audit.head()
    finally:
        for store in opened.values():
            store.close()
    where = "Set STORE_URL" if asked.target == "postgresql" else "Take STORE_URL away"
    return (
        f"Copied {copied.rows:,} rows of {len(copied.tables)} tables: every count and every "
        f"chain is the same (audit log: {entries:,} entries, head {head[:12]}).\n"
        f"{where}, and start the bot again. The store you came from is as it was."
    )


def _opened(engine: str, file: Path, settings: Settings) -> Store:
    if engine == "sqlite":
        return Store.open(file)
    if settings.secrets.store_url is None:
        raise NotConfigured(
            "STORE_URL is not set.", "Set it to postgresql://user:password@host/database."
        )
    return Store.open(settings.store.path, settings.secrets.store_url.get_secret_value())
