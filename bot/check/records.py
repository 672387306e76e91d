"""The bot's own records, where they are in PostgreSQL; a file is tried with its folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.check.report import Item, failed, good
from bot.clients import Clients
from bot.errors import OpsError
from bot.settings import Settings
from bot.store.postgresql.failures import READ_ONLY
from bot.store.postgresql.probing import Probed, probe

RECORDS = "Records"
_LEAST = 130_000  # PostgreSQL 13


async def records(settings: Settings, _clients: Clients) -> Sequence[Item]:
    if not settings.store_address:
        return []
    try:
        found = await asyncio.to_thread(probe, settings.store_address, settings.store_password)
    except OpsError as error:
        return [failed(RECORDS, error.message, error.hint)]
    return [judged(found)]


def judged(found: Probed) -> Item:
    """Would a bot start on it? Pure."""
    named = f"PostgreSQL {found.version} at {found.place}"
    if found.number < _LEAST:
        return failed(RECORDS, f"{named} is too old.", "Use PostgreSQL 13 or newer.")
    if found.standby:
        remedy = "Give the address of the primary."
        return failed(RECORDS, f"{named} is a standby, which can only be read.", remedy)
    if found.read_only:
        return failed(RECORDS, f"{named} can only be read now.", READ_ONLY)
    if not (found.may_create and found.owned):
        return failed(
            RECORDS,
            f"{named} does not let the bot make its tables.",
            "Make its user the owner of the database, and of the tables in it.",
        )
    if found.newer:
        return failed(
            RECORDS,
            f"{named} was written by a newer version of the bot ({', '.join(found.newer)}).",
            "Start that version or a later one.",
        )
    note = "" if found.made else "; its tables are made at the first start"
    return good(RECORDS, f"{named} answers and can be written{note}.")
