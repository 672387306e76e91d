"""Backups: a fitting pg_dump, what the database's user may read and make, writing to the bucket."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.backups.encryption import recipient_of
from bot.backups.shelf import newest_good
from bot.backups.snapshot import TABLES
from bot.check.report import Item, failed, good, skipped, warning
from bot.clients import Clients
from bot.clients.postgres_grants import read_everything
from bot.clients.postgres_programs import find
from bot.errors import OpsError
from bot.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PROGRAMS, READING, MAKING = "Backup programs", "Backup permissions", "Restore permissions"
WRITING, ENCRYPTION = "Backups bucket, writing", "Backup encryption"
_ROLE = """
select current_setting('server_version_num')::int / 10000 as major, current_user as role,
  (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as creates
"""


async def backups(settings: Settings, clients: Clients) -> Sequence[Item]:
    """Each in its own item; nothing is left in the bucket."""
    return [
        *await _database(settings, clients),
        await _bucket(settings, clients),
        await _encryption(settings, clients),
    ]


async def _database(settings: Settings, clients: Clients) -> list[Item]:
    if not clients.database.configured:
        line = "Cannot be told without DATABASE_URL."
        return [skipped(each, line) for each in (PROGRAMS, READING, MAKING)]
    try:
        told = (await clients.database.query(_ROLE, deadline=settings.checks.database))[0]
        tables = await clients.database.query(TABLES.decode(), deadline=settings.checks.database)
    except OpsError as error:
        return [skipped(each, error.message) for each in (PROGRAMS, READING, MAKING)]
    closed = [
        each
        for each in tables
        if not (each["may_enter"] and each["may_read"]) or each["rows_hidden"]
    ]
    role, major = f'"{told["role"]}"', int(told["major"])
    reads = read_everything(role, major, (each["schema"] for each in closed))
    grant = f"{reads} ALTER ROLE {role} BYPASSRLS;"
    return [
        await _programs(settings, major),
        good(READING, f"Its user may read all {len(tables):,} tables.")
        if not closed
        else failed(
            READING,
            f"Its user may not read {len(closed):,} of {len(tables):,} tables, such as "
            f"{closed[0]['name']}: no backup can be made.",
            f"As the owner: {grant}",
        ),
        good(MAKING, "Its user may make databases, as restores need.")
        if told["creates"]
        else warning(
            MAKING,
            "Its user may not make databases, so nothing can be restored or rehearsed.",
            f"As the owner: ALTER ROLE {role} CREATEDB.",
        ),
    ]


async def _programs(settings: Settings, major: int) -> Item:
    try:
        dump = await asyncio.to_thread(find, "pg_dump", major, settings.backups.programs)
        await asyncio.to_thread(find, "pg_restore", major, settings.backups.programs)
    except OpsError as error:
        return failed(PROGRAMS, error.message, error.hint)
    return good(PROGRAMS, f"pg_dump and pg_restore {dump.version}, for PostgreSQL {major}.")


async def _bucket(settings: Settings, clients: Clients) -> Item:
    bucket = clients.backups
    if not bucket.configured:
        return skipped(WRITING, f"The keys for {bucket.name} are not set.")
    key = f"{settings.storage.backup_prefix}.pitchey-check-{secrets.token_hex(4)}"

    def try_it(client: S3Client) -> None:
        begun = client.create_multipart_upload(Bucket=bucket.name, Key=key)
        client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=begun["UploadId"])
        client.put_object(Bucket=bucket.name, Key=key, Body=b"")
        client.delete_object(Bucket=bucket.name, Key=key)

    try:
        await bucket.run(try_it, deadline=settings.checks.backup)
    except OpsError as error:
        return failed(
            WRITING,
            f"Backups cannot be written to {bucket.name}: {error.message}",
            "Grant the key put, delete and multipart uploads on the bucket.",
        )
    return good(WRITING, f"{bucket.name} takes uploads, in parts too, and lets them go.")


async def _encryption(settings: Settings, clients: Clients) -> Item:
    """Whether what was stored last can be read: a lost key is found out before the worst day."""
    own = recipient_of(settings)
    line = f"Encrypted to {own}." if own else "BACKUP_AGE_IDENTITY is not set: not encrypted."
    if not clients.backups.configured:
        return skipped(ENCRYPTION, line)
    try:
        newest = await newest_good(
            settings, clients, deadline=settings.checks.backup, now=datetime.now(UTC)
        )
    except OpsError as error:
        return skipped(ENCRYPTION, error.message)
    if newest is not None and not newest.readable_with(own):
        return failed(
            ENCRYPTION,
            f"The newest backup, {newest.id}, is encrypted to {newest.recipient}, and the bot does "
            "not have that key: it cannot restore it.",
            "Put the line of that key's file that begins with AGE-SECRET-KEY-1 into "
            "BACKUP_AGE_IDENTITY, or make a new backup.",
        )
    return good(ENCRYPTION, line) if own else skipped(ENCRYPTION, line)
