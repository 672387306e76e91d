"""The switches behind the guide's four symptoms, seen from outside: each acts really."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import psycopg
import pytest
from botocore.exceptions import ClientError

from bot.sandbox.platform.auth import EMAIL, PASSWORD
from bot.sandbox.storage import UPLOADS
from bot.sandbox.world import World
from tests.sandbox.platform.test_storage import with_client

ACCOUNT = {"email": EMAIL, "password": PASSWORD}
_LOGIN = "/api/auth/creator/login"


async def turn_on(world: World, name: str, amount: float | None = None) -> None:
    world.faults.switch(name, True, amount)
    await world.settled()


async def turn_off(world: World, name: str) -> None:
    world.faults.switch(name, False)
    await world.settled()


async def signed_in(api: httpx.AsyncClient) -> dict[str, str]:
    answer = await api.post(_LOGIN, json=ACCOUNT)
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].partition(";")[0]
    api.cookies.clear()
    return {"cookie": cookie}


async def test_cpu_time_is_really_computed(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "worker_cpu_high", 60)
    await api.get("/api/health/ping")
    found = world.log.query("SELECT cpu_us FROM requests ORDER BY at DESC LIMIT 1")
    assert found[0][0] >= 60_000


async def test_the_first_answer_of_a_connection_is_late(world: World) -> None:
    await turn_on(world, "cold_starts", 2.0)
    trust = world.certificates.trust()
    times = []
    async with httpx.AsyncClient(base_url=world.platform.api_url, verify=trust) as client:
        for _ in range(2):
            begun = time.perf_counter()
            await client.get("/api/health/ping")
            times.append(time.perf_counter() - begun)
    assert times[0] >= 2.0 > times[1]


async def test_the_clock_is_ahead(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "clock_skew", 10)
    answer = await api.get("/api/health/ping")
    for told in (
        parsedate_to_datetime(answer.headers["date"]),
        datetime.fromisoformat(answer.json()["timestamp"]),
    ):
        assert timedelta(minutes=9) < told - datetime.now(UTC) < timedelta(minutes=11)


async def test_the_upload_address(world: World, api: httpx.AsyncClient) -> None:
    session = await signed_in(api)
    usual = (await api.get("/api/upload/info", headers=session)).json()["data"]["maxFileSize"]
    await turn_on(world, "upload_limit_low", 1)
    less = (await api.get("/api/upload/info", headers=session)).json()["data"]["maxFileSize"]
    assert (usual, less) == (104_857_600, 1_000_000)
    await turn_on(world, "upload_endpoint_broken")
    assert (await api.get("/api/upload/info", headers=session)).status_code == 500
    assert (await api.get("/api/upload/info")).status_code == 401


async def test_regions(world: World) -> None:
    trust = world.certificates.trust()
    async with httpx.AsyncClient(verify=trust) as client:
        for name in ("us", "eu", "asia"):
            answer = await client.get(world.regions.url(name) + "/api/health/ping")
            assert answer.headers["x-pitchey-region"] == name
        await turn_on(world, "region_down")
        with pytest.raises(httpx.TransportError):
            await client.get(world.regions.url("asia") + "/api/health/ping")
        await turn_on(world, "region_slow", 0.5)
        begun = time.perf_counter()
        await client.get(world.regions.url("eu") + "/api/health/ping")
        assert time.perf_counter() - begun >= 0.5


async def test_without_its_secret_nobody_signs_in(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    path = f"/accounts/{world.account.id}/workers/scripts/pitchey-production/secrets"
    await turn_on(world, "jwt_secret_missing")
    names = [each["name"] for each in (await cloudflare.get(path)).json()["result"]]
    assert names == ["DATABASE_URL"]
    assert (await api.get("/api/auth/session")).status_code == 500
    assert "JWT_SECRET" in (await api.get("/api/health/auth")).text
    await turn_off(world, "jwt_secret_missing")
    assert (await api.get("/api/auth/session")).status_code == 401


async def test_the_session_store_is_away(world: World, api: httpx.AsyncClient) -> None:
    session = await signed_in(api)
    await turn_on(world, "session_store_down")
    assert (await api.get("/api/auth/session")).status_code == 401  # strangers notice nothing
    assert (await api.get("/api/auth/session", headers=session)).status_code == 500
    await turn_off(world, "session_store_down")
    assert (await api.get("/api/auth/session", headers=session)).status_code == 200


async def test_cookies_without_protection(world: World, api: httpx.AsyncClient) -> None:
    usual = (await api.post(_LOGIN, json=ACCOUNT)).headers["set-cookie"]
    await turn_on(world, "cookies_insecure")
    bare = (await api.post(_LOGIN, json=ACCOUNT)).headers["set-cookie"]
    for word in ("Secure", "HttpOnly", "SameSite"):
        assert word in usual
        assert word not in bare


async def test_cors(world: World, api: httpx.AsyncClient) -> None:
    asked = {"origin": world.platform.site_url, "access-control-request-method": "POST"}
    answer = await api.options("/api/auth/session", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == world.platform.site_url
    await turn_on(world, "cors_wrong")
    answer = await api.options("/api/auth/session", headers=asked)
    assert answer.headers["access-control-allow-origin"] == "https://old.pitchey.example"


async def test_the_database_is_waking(world: World) -> None:
    await turn_on(world, "database_waking")
    with pytest.raises(psycopg.OperationalError, match="starting up") as caught:
        await psycopg.AsyncConnection.connect(world.database.url)
    assert caught.value.sqlstate in {"57P03", None}


async def test_a_session_blocks(world: World) -> None:
    await turn_on(world, "blocking_session")
    async with await psycopg.AsyncConnection.connect(world.database.url, autocommit=True) as own:
        await own.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await own.execute("SELECT FROM pitches LIMIT 1")
        await turn_off(world, "blocking_session")
        await own.execute("SELECT FROM pitches LIMIT 1")


async def test_the_index_is_missing(world: World) -> None:
    async with await psycopg.AsyncConnection.connect(world.database.url, autocommit=True) as own:
        there = "SELECT to_regclass('idx_pitch_views_pitch') IS NOT NULL"
        await turn_on(world, "missing_index")
        assert await (await own.execute(there)).fetchone() == (False,)
        await turn_off(world, "missing_index")
        assert await (await own.execute(there)).fetchone() == (True,)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("uploads_read_only", "AccessDenied"),
        ("multipart_refused", "NotImplemented"),
        ("bucket_missing", "NoSuchBucket"),
    ],
)
async def test_what_the_bucket_refuses(world: World, name: str, code: str) -> None:
    await turn_on(world, name)

    def begin(client: object) -> None:
        client.create_multipart_upload(Bucket=UPLOADS, Key="a")  # type: ignore[attr-defined]

    with pytest.raises(ClientError) as caught:
        await with_client(world, begin, keys_of=UPLOADS)
    assert caught.value.response["Error"]["Code"] == code


async def test_a_missing_bucket_is_missing_at_cloudflare_too(
    world: World, cloudflare: httpx.AsyncClient
) -> None:
    await turn_on(world, "bucket_missing")
    told = (await cloudflare.get(f"/accounts/{world.account.id}/r2/buckets")).json()["result"]
    assert [each["name"] for each in told["buckets"]] == ["pitchey-uploads-preview"]


async def test_storage_is_late(world: World) -> None:
    await turn_on(world, "storage_slow", 0.7)
    begun = time.perf_counter()
    await with_client(world, lambda client: client.head_bucket(Bucket=UPLOADS), keys_of=UPLOADS)
    assert time.perf_counter() - begun >= 0.7
