"""A backup from beginning to end: snapshot, dump, counts, what goes with it, manifest."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.backups.beside import put_beside
from bot.backups.dumping import Order, Progress, stream
from bot.backups.encryption import recipient_of
from bot.backups.leftovers import delete
from bot.backups.manifest import DUMP, MANIFEST, Label, Manifest, folder_of, new_id
from bot.backups.processes import ProgramFailed
from bot.backups.shelf import KeptBackup
from bot.backups.snapshot import Snapshot, alone
from bot.backups.uploading import Stored, part_size
from bot.backups.words import size
from bot.clients.postgres_programs import direct, find, sign_in
from bot.clients.postgres_trouble import DatabaseFailure
from bot.errors import NotConfigured, OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

    from bot.clients import Clients
    from bot.command import Person
    from bot.settings import Settings
    from bot.store import Store

log = logging.getLogger(__name__)
Say = Callable[[str], Awaitable[None]]
_CLEANING = 30.0  # seconds that a cancelled backup has to take its parts away
_SHORT = 20.0
_AGAIN = 2  # a table dropped between the snapshot and its lock: the next snapshot lacks it


async def take(
    settings: Settings,
    clients: Clients,
    store: Store,
    *,
    label: Label | str,
    person: Person,
    say: Say,
    read_back: bool = True,
    waits: bool = True,
) -> KeptBackup:
    """Make a backup of the database; answers it once it was read back and decoded, or, without
    `read_back`, once its manifest is in the bucket.

    `say` is told how it stands, about once a second; where it raises, or this task is cancelled,
    the backup is given up and nothing of it is left. Two of one database never run at once: it
    waits for the other, or raises BeingMade where it does not wait. Raises OpsError.
    """
    _configured(clients)
    database, seconds = clients.database, settings.backups.most_minutes * 60.0
    await say("Looking at the database")
    await database.query("select 1", deadline=_SHORT)
    for attempt in range(1, _AGAIN + 1):
        try:
            async with alone(
                database, deadline=seconds, wait=seconds if waits else 0.0, say=say
            ) as snapshot:
                made = await _backup(settings, clients, store, Label(label), person, say, snapshot)
        except (ProgramFailed, DatabaseFailure) as error:
            if attempt == _AGAIN or not _vanished(error):
                raise
            await say("A table was dropped meanwhile; beginning again")
        else:
            if read_back:
                await _read_back(settings, clients, made, person, say)
            return made
    raise AssertionError("unreachable")


async def _read_back(
    settings: Settings, clients: Clients, made: KeptBackup, person: Person, say: Say
) -> None:
    from bot.backups.verifying import verify

    found = await verify(settings, clients, made, person=person, say=say)
    if not found.good:
        raise OpsError(
            f"The backup {made.id} was stored, but it cannot be used: {found.proof.problems[0]}",
            "Look at the bucket; then make another one: `/pitchey backup now`.",
        )


async def _backup(
    settings: Settings,
    clients: Clients,
    store: Store,
    label: Label,
    person: Person,
    say: Say,
    snapshot: Snapshot,
) -> KeptBackup:
    program = await asyncio.to_thread(
        find, "pg_dump", snapshot.server_major, settings.backups.programs
    )
    began, recipient = datetime.now(UTC), recipient_of(settings)
    backup = new_id(began)
    folder = folder_of(settings.storage.backup_prefix, backup)
    name = f"{DUMP}.zst{'.age' if recipient else ''}"
    dsn = direct(clients.database.dsn or "")
    environment, connection = sign_in(dsn)
    environment["PGTZ"] = "UTC"  # times as a restored copy will write them, to compare
    order = Order(
        program.path, environment, connection, snapshot.id, clients.backups.name, folder + name,
        part_size(snapshot.database_bytes), recipient, clients.database.redact,
    )  # fmt: skip
    progress = Progress()
    stored, counts = await _streamed(settings, clients, order, snapshot, progress, say)
    try:
        await say("Storing configuration, versions and the bot's own data beside it")
        beside, missing, code = await put_beside(settings, clients, store, folder, recipient)
        manifest = Manifest(
            format=2, id=backup, label=label.value, database=snapshot.database, object=name,
            bytes=stored.size, sha256=stored.sha256, raw_bytes=progress.raw_bytes, etag=stored.etag,
            started_at=began, finished_at=datetime.now(UTC), by=person.name, person_id=person.id,
            server_version=snapshot.server_version, program_version=program.version,
            bot_version=_version(), database_bytes=snapshot.database_bytes, compression="zstd",
            recipient=recipient, tables=counts, beside=beside, missing=missing, code=code,
        )  # fmt: skip
        await _put_manifest(clients, folder + MANIFEST, manifest.text().encode())
    except BaseException:
        # Without its manifest it is no backup, and nobody would take it away for weeks.
        await asyncio.shield(_take_back(clients, folder))
        raise
    return KeptBackup(backup, folder, folder + name, stored.size, manifest.finished_at, manifest)


async def _streamed(
    settings: Settings,
    clients: Clients,
    order: Order,
    snapshot: Snapshot,
    progress: Progress,
    say: Say,
) -> tuple[Stored, dict[str, int]]:
    """Dump and count side by side; where one fails, or somebody cancels, the other ends too."""
    stop, seconds = threading.Event(), settings.backups.most_minutes * 60.0

    def work(client: S3Client) -> Stored:
        return stream(client, order, progress, stop)

    dumping = asyncio.create_task(clients.backups.run(work, deadline=seconds))
    counting = asyncio.create_task(_counted(snapshot, progress))
    try:
        while not dumping.done():
            await asyncio.wait({dumping}, timeout=1.0)
            if counting.done() and (failure := counting.exception()) is not None:
                raise failure
            await say(
                f"Dumping: {size(progress.raw_bytes)} so far; with indexes the database has "
                f"{size(snapshot.database_bytes)}"
            )
        stored = await dumping
        await say("Counting the rows of the same moment")
        return stored, await counting
    except OSError as error:
        raise OpsError(f"pg_dump could not be run: {error.strerror or error}.") from error
    finally:
        stop.set()
        progress.begun.set()  # a thread waits for it
        counting.cancel()
        await asyncio.wait({dumping, counting}, timeout=_CLEANING)
        for task in (dumping, counting):
            if task.done() and not task.cancelled():
                task.exception()  # seen


async def _counted(snapshot: Snapshot, progress: Progress) -> dict[str, int]:
    # Not before pg_dump has its locks: until then the two would wait for the same ones.
    await asyncio.to_thread(progress.begun.wait)
    return await snapshot.counts()


async def _put_manifest(clients: Clients, key: str, content: bytes) -> None:
    """Raises StorageFailure, and OpsError where the bucket gives it back differently."""
    bucket = clients.backups.name

    def store(client: S3Client) -> bytes:
        client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/json")
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()

    if await clients.backups.run(store, deadline=_SHORT) != content:
        raise OpsError(
            "The bucket does not give the manifest back as it was stored: it did not keep what it "
            "had taken.",
            "Look at the provider's status page; the backup is not counted.",
        )


async def _take_back(clients: Clients, folder: str) -> None:
    """Delete what is in the folder; never raises."""
    try:
        async with asyncio.timeout(_CLEANING):
            objects = await clients.backups.objects(folder, deadline=_SHORT)
            await delete(clients, [each.key for each in objects])
    except (OpsError, TimeoutError) as error:
        log.warning("an unfinished backup stays in %s: %s", folder, error)


def _configured(clients: Clients) -> None:
    if not clients.database.configured:
        raise NotConfigured(
            "The database is not configured.", "Set DATABASE_URL in the bot's environment."
        )
    if not clients.backups.configured:
        wanted = " and ".join(clients.backups.missing) or "its access keys"
        raise NotConfigured(
            f"The bucket {clients.backups.name} is not configured.",
            f"Set {wanted} in the bot's environment.",
        )


def _vanished(error: ProgramFailed | DatabaseFailure) -> bool:
    said = error.said.lower()
    return "does not exist" in said or "could not open relation" in said


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pitchey-ops-bot")
    except PackageNotFoundError:
        return ""
