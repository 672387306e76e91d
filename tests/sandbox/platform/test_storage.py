"""The buckets: keys, what lies in them, and their switches, seen by boto3."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from bot.sandbox.storage import BACKUPS, UPLOADS
from bot.sandbox.world import World


async def with_client(
    world: World, work: Callable[[Any], Any], *, keys_of: str = BACKUPS, secret: str = ""
) -> Any:
    """Run `work(client)` in a thread: the servers share this test's event loop."""
    keys = world.storage.keys[keys_of]

    def run() -> Any:
        client = boto3.session.Session().client(
            "s3",
            endpoint_url=world.storage.url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=secret or keys.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}),
        )
        try:
            return work(client)
        finally:
            client.close()

    return await asyncio.to_thread(run)


def newest(client: Any) -> Any:
    listed = client.list_objects_v2(Bucket=BACKUPS)["Contents"]
    return max(listed, key=lambda stored: stored["LastModified"])


def age(stored: Any) -> timedelta:
    return datetime.now(UTC) - stored["LastModified"]


async def test_thirty_days_of_backups_with_manifests(world: World) -> None:
    listed = await with_client(world, lambda s3: s3.list_objects_v2(Bucket=BACKUPS)["Contents"])
    days = {stored["Key"].split("/")[0] for stored in listed}
    assert len(days) == 30
    assert all(f"{day}/database.dump" in {one["Key"] for one in listed} for day in days)
    stored = await with_client(world, newest)
    assert stored["Key"].endswith("/manifest.json")
    assert timedelta(hours=6) < age(stored) < timedelta(hours=24)


async def test_a_manifest_tells_the_truth_about_its_dump(world: World) -> None:
    def read(s3: Any) -> tuple[Any, bytes]:
        manifest = json.load(s3.get_object(Bucket=BACKUPS, Key=newest(s3)["Key"])["Body"])
        return manifest, s3.get_object(Bucket=BACKUPS, Key=manifest["object"])["Body"].read()

    manifest, dump = await with_client(world, read)
    assert dump.startswith(b"PGDMP")  # a real dump in PostgreSQL's custom format
    assert (len(dump), hashlib.sha256(dump).hexdigest()) == (manifest["bytes"], manifest["sha256"])
    assert manifest["tables"]["pitches"] == 30_000


async def test_wrong_keys_are_refused(world: World) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        await with_client(world, newest, secret="x" * 40)
    with pytest.raises(ClientError, match="AccessDenied"):
        await with_client(world, newest, keys_of=UPLOADS)  # good keys, but of the other bucket


async def test_takes_and_returns_objects_in_parts(world: World) -> None:
    body = bytes(range(256)) * 40_000  # beyond the size that boto3 sends in one request

    def turn(s3: Any) -> bytes:
        s3.upload_fileobj(io.BytesIO(body), UPLOADS, "tests/large.bin")
        found: bytes = s3.get_object(Bucket=UPLOADS, Key="tests/large.bin")["Body"].read()
        s3.delete_object(Bucket=UPLOADS, Key="tests/large.bin")
        return found

    assert await with_client(world, turn, keys_of=UPLOADS) == body


async def test_storage_refuses(world: World, api: httpx.AsyncClient) -> None:
    world.faults.switch("storage_refuses", True)
    await world.settled()
    with pytest.raises(ClientError, match="AccessDenied"):
        await with_client(world, newest)
    assert (await api.get("/api/health/storage")).status_code == 503


async def test_storage_down(world: World, api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/health/storage")).status_code == 200
    world.faults.switch("storage_down", True)
    await world.settled()
    with pytest.raises(EndpointConnectionError):
        await with_client(world, newest)
    answer = await api.get("/health")
    assert answer.json()["checks"]["storage"] == "unhealthy"


async def test_old_backup(world: World) -> None:
    world.faults.switch("backup_old", True, 60)
    await world.settled()
    stored = await with_client(world, newest)
    assert timedelta(hours=60) <= age(stored) < timedelta(hours=60, minutes=2)
    world.faults.switch("backup_old", False)
    await world.settled()
    assert age(await with_client(world, newest)) < timedelta(hours=24)
