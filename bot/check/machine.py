"""This machine: the settings file, the data folder and the certificates to trust."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.settings import Settings

SETTINGS, DATA, CERTIFICATES = "Settings", "Data folder", "Certificates to trust"
_DISK_WARNING_BYTES, _DISK_LEAST_BYTES = 1_000_000_000, 50_000_000


async def settings_file(settings: Settings, _clients: Clients) -> Sequence[Item]:
    """Loading has proved the file already; this says what it led to."""
    count = len(settings.environments)
    names = ", ".join(settings.environments)
    transport = {"socket": "Socket Mode", "http": "HTTP", None: "no connection to Slack"}
    line = f"Valid: {count} environment{'' if count == 1 else 's'} ({names}), "
    return [good(SETTINGS, line + f"{transport[settings.transport]}.")]


async def data_folder(settings: Settings, _clients: Clients) -> Sequence[Item]:
    return [await asyncio.to_thread(_data_folder, settings.store.path)]


async def certificates(settings: Settings, _clients: Clients) -> Sequence[Item]:
    """Loading has read them already; this says whether there are any."""
    path = settings.network.ca_file
    if path is None:
        return [skipped(CERTIFICATES, "No [network] ca_file: the public authorities are trusted.")]
    return [good(CERTIFICATES, f"{path} is trusted besides the public authorities.")]


def _data_folder(file: Path) -> Item:
    """Try a real write: permission bits say nothing about a read-only or full disk."""
    folder, remedy = file.parent, "Set [store] path to a folder the bot's user may write to."
    try:
        if file.is_dir():
            return failed(DATA, f"{file} is a folder.", "Name a file in [store] path.")
        existing = next(
            parent for parent in (folder, *folder.absolute().parents) if parent.exists()
        )
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".pitchey-check-") as probe:
            probe.write(b"x")
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            return failed(DATA, f"{file} may not be written by this user.", remedy)
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return failed(DATA, f"{folder} cannot be written: {error.strerror or error}.", remedy)
    shown = f"{free / 1e9:.1f} GB free"
    if free < _DISK_LEAST_BYTES:
        return failed(DATA, f"{folder}: {shown}, at least 0.05 GB is needed.", "Free some space.")
    if free < _DISK_WARNING_BYTES:
        return warning(DATA, f"{folder}: {shown}, warning below 1 GB.", "Free some space.")
    note = "" if existing == folder else " (made at the first start)"
    return good(DATA, f"{folder} can be written{note}; {shown}.")
