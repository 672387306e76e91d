"""What goes with the database: configuration, what was live, names of secrets, the bot's store.

A part that cannot be had is named in the manifest with the reason; the backup goes on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.backups.encryption import encrypt
from bot.backups.manifest import Beside, Code, Missing
from bot.backups.uploading import MEGABYTE, Stored, Upload, part_size
from bot.clients.cloudflare_deployments import deployments
from bot.clients.cloudflare_secrets import secrets
from bot.clients.cloudflare_versions import version_detail, versions
from bot.errors import NotConfigured, OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)
CONFIGURATION, PLATFORM, STORE = "configuration.json", "platform.json", "store.sqlite3"
_SECONDS = 120.0
_ASKING = 15.0
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
Found = tuple[tuple[Beside, ...], tuple[Missing, ...], Code]


async def put_beside(
    settings: Settings, clients: Clients, store: Store, folder: str, recipient: str
) -> Found:
    """Store all of it; answers what is there, what is not and why, and the code that was live."""
    shelf = _Shelf(clients, folder, recipient)
    code, platform, why = await _platform(settings, clients)
    configuration = settings.model_dump(mode="json", exclude={"secrets"})
    await shelf.put(CONFIGURATION, lambda: shelf.text(CONFIGURATION, configuration))
    if platform:
        await shelf.put(PLATFORM, lambda: shelf.text(PLATFORM, platform))
    if why:
        shelf.missing.append(Missing(part=PLATFORM, why=clients.database.redact(why)))
    copy = settings.store.path.with_name(f".{settings.store.path.name}.{folder.replace('/', '-')}")
    try:
        await shelf.put(STORE, lambda: shelf.store(store, copy))
    finally:
        copy.unlink(missing_ok=True)
    return tuple(shelf.there), tuple(shelf.missing), code


class _Shelf:
    def __init__(self, clients: Clients, folder: str, recipient: str) -> None:
        self._clients, self._folder, self._recipient = clients, folder, recipient
        self.there: list[Beside] = []
        self.missing: list[Missing] = []

    async def put(self, part: str, work: Callable[[], Awaitable[Beside]]) -> None:
        try:
            self.there.append(await work())
        except (OpsError, OSError) as error:
            why = error.message if isinstance(error, OpsError) else str(error.strerror or error)
            log.warning("%s does not go with the backup: %s", part, why)
            self.missing.append(Missing(part=part, why=self._clients.database.redact(why)))

    async def text(self, name: str, content: Any) -> Beside:
        import io

        raw = json.dumps(content, indent=1, default=str).encode()
        return await self._stored(name, lambda: io.BytesIO(raw), len(raw))

    async def store(self, store: Store, copy: Path) -> Beside:
        """The bot's own data, copied while it is used."""
        await asyncio.to_thread(store.copy_to, copy)
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


async def _platform(settings: Settings, clients: Clients) -> tuple[Code, dict[str, Any], str]:
    """(what is live, everything Cloudflare tells of it, why not)."""
    script = settings.environment().worker_script
    cloudflare = clients.cloudflare
    try:
        if not script:
            raise NotConfigured("No Worker is named for this environment.")
        listed = await deployments(cloudflare, script, deadline=_ASKING)
        known = await versions(cloudflare, script, deadline=_ASKING)
        names = await secrets(cloudflare, script, deadline=_ASKING)
        # While maintenance mode is on, what answered before it is what a recovery brings back.
        closed = {each.id for each in known if each.tag == settings.maintenance.tag}
        live = next((each for each in listed if each.version not in closed), None)
        detail = await version_detail(cloudflare, script, live.version) if live else None
    except OpsError as error:
        return Code(script=script or ""), {}, error.message
    version = next((each for each in known if live and each.id == live.version), None)
    told = {
        "script": script,
        "deployment": _plain(live),
        "version": _plain(detail),
        "versions": [_plain(each) for each in known[:20]],
        "secrets": [each.name for each in names],  # values are never told, by nobody
    }
    if version is None:
        return Code(script=script, version=live.version if live else ""), told, ""
    said = _COMMIT.search(f"{version.tag} {version.message}")
    return (
        Code(
            script=script, version=version.id, number=version.number, tag=version.tag,
            message=version.message, commit=said.group() if said else "",
        ),
        told,
        "",
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if value is None:
        return None
    found: dict[str, Any] = asdict(value)
    return {
        name: each.isoformat() if isinstance(each, datetime) else each
        for name, each in found.items()
    }
