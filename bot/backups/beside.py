"""What goes with the database: configuration, what was live and its code, names of secrets, the
bot's store.

A part that cannot be had is named in the manifest with the reason; the backup goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.backups.bundle import archive
from bot.backups.deployed import deployed, live_code
from bot.backups.encryption import encrypt
from bot.backups.manifest import BUNDLE, Beside, Code, Missing
from bot.backups.uploading import MEGABYTE, Stored, Upload, part_size
from bot.errors import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)
CONFIGURATION, PLATFORM, STORE = "configuration.json", "platform.json", "store.sqlite3"
_SECONDS = 120.0
Found = tuple[tuple[Beside, ...], tuple[Missing, ...], Code]


async def put_beside(
    settings: Settings, clients: Clients, store: Store, folder: str, recipient: str
) -> Found:
    """Store all of it; answers what is there, what is not and why, and the code that was live."""
    shelf = _Shelf(clients, folder, recipient)
    code, platform, why = await deployed(settings, clients)
    configuration = settings.model_dump(mode="json", exclude={"secrets"})
    await shelf.put(CONFIGURATION, lambda: shelf.text(CONFIGURATION, configuration))
    if platform:
        await shelf.put(PLATFORM, lambda: shelf.text(PLATFORM, platform))
    if why:
        shelf.miss(PLATFORM, why)
    if code.version:
        await shelf.put(BUNDLE, lambda: shelf.bundle(code))
    else:
        shelf.miss(BUNDLE, why or "Cloudflare did not tell which version is live.")
    room = settings.store.path.with_name(_room(settings) + folder.replace("/", "-"))
    try:
        await shelf.put(STORE, lambda: shelf.store(store, room))
    finally:
        await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)
    return tuple(shelf.there), tuple(shelf.missing), code


def clear_copies(settings: Settings) -> int:
    """Take away copies of the store that killed backups left beside it; how many. Blocks."""
    longest = settings.backups.most_minutes * 60.0 + 1_800.0
    gone = 0
    for room in settings.store.path.parent.glob(f"{_room(settings)}*-"):
        with contextlib.suppress(OSError):
            if time.time() - room.stat().st_mtime > longest:
                shutil.rmtree(room)
                gone += 1
    return gone


def _room(settings: Settings) -> str:
    """How folders begin in which a copy of the store is made."""
    return f".{settings.store.path.name}."


class _Shelf:
    def __init__(self, clients: Clients, folder: str, recipient: str) -> None:
        self._clients, self._folder, self._recipient = clients, folder, recipient
        self.there: list[Beside] = []
        self.missing: list[Missing] = []

    async def put(self, part: str, work: Callable[[], Awaitable[Beside]]) -> None:
        try:
            self.there.append(await work())
        except (OpsError, OSError) as error:
            why = error.message if isinstance(error, OpsError) else _told(error)
            self.miss(part, why)

    def miss(self, part: str, why: str) -> None:
        log.warning("%s does not go with the backup: %s", part, why)
        self.missing.append(Missing(part=part, why=self._clients.database.redact(why)))

    async def text(self, name: str, content: Any) -> Beside:
        import io

        raw = json.dumps(content, indent=1, default=str).encode()
        return await self._stored(name, lambda: io.BytesIO(raw), len(raw))

    async def bundle(self, code: Code) -> Beside:
        """The code of the live version."""
        import io

        import zstandard

        found = await live_code(self._clients.cloudflare, code)
        raw = await asyncio.to_thread(archive, found, code, datetime.now(UTC))

        def packed() -> Any:
            return zstandard.ZstdCompressor(level=9).stream_reader(io.BytesIO(raw))

        return await self._stored(f"{BUNDLE}.zst", packed, len(raw))

    async def store(self, store: Store, room: Path) -> Beside:
        """The bot's own data, copied while it is used, in a folder for whatever that needs."""
        copy = room / STORE

        def copied() -> None:
            room.mkdir(mode=0o700)
            store.copy_to(copy)

        await asyncio.to_thread(copied)
        import zstandard

        def packed() -> Any:
            return zstandard.ZstdCompressor(level=3).stream_reader(copy.open("rb"), closefd=True)

        return await self._stored(f"{STORE}.zst", packed, 0)

    async def _stored(self, name: str, opened: Callable[[], Any], expected: int) -> Beside:
        key = f"{self._folder}{name}{'.age' if self._recipient else ''}"
        stop = threading.Event()

        def work(client: S3Client) -> Stored:
            upload = Upload(client, self._clients.backups.name, key, part_size(expected), stop)
            try:
                with opened() as source:
                    if self._recipient:
                        encrypt(source, upload, self._recipient)
                    else:
                        while piece := source.read(MEGABYTE):
                            upload.write(piece)
                return upload.complete()
            except BaseException:
                upload.abort()
                raise

        try:
            stored = await self._clients.backups.run(work, deadline=_SECONDS)
        finally:
            stop.set()
        return Beside(
            object=key.rpartition("/")[2], sha256=stored.sha256, bytes=stored.size,
            encrypted=bool(self._recipient),
        )  # fmt: skip


def _told(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or error}{where}"
