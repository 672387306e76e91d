"""`pitchey store`: where the records are, and moving them between a file and PostgreSQL."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import NotConfigured, OpsError
from bot.store import Store
from bot.store.copying import broken_chains, copy

if TYPE_CHECKING:
    from bot.settings import Settings

ENGINES = ("sqlite", "postgresql")
_NAMED = 3  # broken chains that a message names


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "pitchey store", description="The bot's own records: move them to another engine."
    )
    acts = made.add_subparsers(dest="act", metavar="copy", required=True)
    moving = acts.add_parser(
        "copy", help="copy everything into an empty store; stop the bot first, and change nothing"
    )
    moving.add_argument("source", choices=ENGINES, help="where the records are now")
    moving.add_argument("target", choices=ENGINES, help="where they go")
    moving.add_argument(
        "--file", type=Path, help="the SQLite file, unless that of [store] path is meant"
    )
    moving.add_argument(
        "--as-it-is", action="store_true", help="copy a log that is broken already, and say so"
    )
    return made


def run(words: Sequence[str], settings: Settings) -> str:
    """Carry out one line; answers what was done. Raises OpsError, and SystemExit for --help."""
    asked = parser().parse_args(list(words))
    if asked.source == asked.target:
        raise OpsError("Source and target are the same engine.", "Name the other one as target.")
    file = asked.file or settings.store.path
    if asked.source == "sqlite" and not file.is_file():
        raise OpsError(f"There is no file {file} to copy.", "Name it with --file.", permanent=True)
    with ExitStack() as stack:
        source, target = (
            stack.enter_context(closing(_opened(engine, file, settings)))
            for engine in (asked.source, asked.target)
        )
        _nobody_writes(source, target)
        broken = broken_chains(source._connection)
        if broken and not asked.as_it_is:
            raise OpsError(
                f"The source is broken: {_told(broken)}. Nothing was copied.",
                "Look at it with `pitchey audit verify`. To move it all the same, as it is, add "
                "--as-it-is.",
                permanent=True,
            )

        def still_true() -> None:
            _nobody_writes(source, target)
            arrived = broken_chains(target._connection)
            if more := {name: arrived[name] for name in arrived.keys() - broken.keys()}:
                raise OpsError(f"The copy would be broken: {_told(more)}. Nothing was kept.")

        remedy = _emptying(asked.target, file)
        copied = copy(source._connection, target._connection, still_true, remedy)
        entries, head = target.audit.head()
    where = "Keep its address in STORE_URL or [store] url"
    if asked.target == "sqlite":
        where = "Take STORE_URL, or [store] url, away"
        if file.absolute() != settings.store.path.absolute():
            where += f', set [store] path = "{file.absolute()}"'
    chains = f"broken as before: {_told(broken)}" if broken else "every chain is whole"
    return (
        f"Copied {copied.rows:,} rows of {len(copied.tables)} tables: every count is the same, "
        f"and {chains} (audit log: {entries:,} entries, head {head[:12]}).\n"
        f"{where}, and start the bot again. The store you came from is as it was."
    )


def _nobody_writes(*stores: Store) -> None:
    if any(store.presence.anyone("bot") for store in stores):
        raise OpsError(
            "A bot runs on one of these stores: what it writes meanwhile would be lost. "
            "Nothing was copied.",
            "Stop every copy of the bot, wait ten seconds, and try again.",
        )


def _emptying(engine: str, file: Path) -> str:
    """What to do where the target has records."""
    if engine == "sqlite":
        return f"Move {file} aside, or name a file that does not exist yet with --file."
    return (
        "Give an empty database: drop this one and create it again, if nobody needs what is in "
        "it. Every command but `check` leaves an entry in it."
    )


def _told(broken: Mapping[str, str]) -> str:
    told = [f"{name} {broken[name]}" for name in sorted(broken)[:_NAMED]]
    more = len(broken) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def _opened(engine: str, file: Path, settings: Settings) -> Store:
    if engine == "sqlite":
        return Store.open(file)
    if not settings.store_address:
        raise NotConfigured(
            "No address of a PostgreSQL database is set.",
            "Set STORE_URL, or [store] url and STORE_PASSWORD.",
        )
    return Store.open(settings.store.path, settings.store_address, password=settings.store_password)
