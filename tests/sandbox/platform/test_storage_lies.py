"""Storage that cuts, loses and damages, and a secret that somebody set: seen at the wire."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.storage import BACKUPS
from bot.sandbox.world import World
from tests.sandbox.platform.test_storage import with_client

LARGE = b"x" * 11_000_000


def put(s3: Any) -> None:
    """In two parts, as everything large is sent."""
    parts = TransferConfig(multipart_threshold=5_500_000, multipart_chunksize=5_500_000)
    s3.upload_fileobj(BytesIO(LARGE), BACKUPS, "practice/large", Config=parts)


def size(s3: Any) -> int:
    return int(s3.head_object(Bucket=BACKUPS, Key="practice/large")["ContentLength"])


async def test_a_long_transfer_is_cut_and_a_short_one_is_not(world: World) -> None:
    world.faults.switch("storage_cuts", True, 100.0)
    await world.settled()
    with pytest.raises((BotoCoreError, ClientError, S3UploadFailedError)):
        await with_client(world, put)
    await with_client(
        world, lambda s3: s3.put_object(Bucket=BACKUPS, Key="practice/small", Body=b"x")
    )


async def test_a_large_object_is_kept_too_short(world: World) -> None:
    await with_client(world, put)
    assert await with_client(world, size) == len(LARGE)
    world.faults.switch("storage_shortens", True)
    await world.settled()
    await with_client(world, put)
    assert 0 < await with_client(world, size) < len(LARGE)


async def test_a_byte_of_the_newest_dump_is_another(world: World) -> None:
    def sums(s3: Any) -> dict[str, str]:
        listed = s3.list_objects_v2(Bucket=BACKUPS)["Contents"]
        dumps = [one for one in listed if "/database.dump" in one["Key"]]
        latest = sorted(dumps, key=lambda one: str(one["LastModified"]))[-3:]
        bodies = (s3.get_object(Bucket=BACKUPS, Key=one["Key"])["Body"].read() for one in latest)
        return dict(
            zip((one["Key"] for one in latest), (sha256(each).hexdigest() for each in bodies),
                strict=True)
        )  # fmt: skip

    before = await with_client(world, sums)
    world.faults.switch("backup_damaged", True)
    await world.settled()
    damaged = await with_client(world, sums)
    assert sum(damaged.get(key) != value for key, value in before.items()) == 1
    world.faults.switch("backup_damaged", False)
    await world.settled()
    assert await with_client(world, sums) == before


async def test_somebody_sets_a_secret_which_deploys_at_once(world: World) -> None:
    headers = {"authorization": f"Bearer {world.account.token.value}"}
    path = f"/accounts/{world.account.id}/workers/scripts/{WORKER}/deployments"
    async with httpx.AsyncClient(headers=headers) as client:
        before = (await client.get(f"{world.cloudflare.api_url}{path}")).json()["result"]
        world.faults.switch("secret_changed", True)
        await world.settled()
        after = (await client.get(f"{world.cloudflare.api_url}{path}")).json()["result"]
    newest_one = after["deployments"][0]
    assert newest_one["id"] != before["deployments"][0]["id"]
    assert newest_one["annotations"]["workers/triggered_by"] == "secret"


async def test_private_answers_say_that_everybody_may_keep_them(world: World) -> None:
    async with httpx.AsyncClient(verify=world.certificates.trust()) as client:
        url = f"{world.platform.api_url}/api/auth/session"
        assert "public" not in (await client.get(url)).headers.get("cache-control", "")
        world.faults.switch("cache_exposed", True)
        await world.settled()
        assert "public" in (await client.get(url)).headers["cache-control"]
