"""Every switch of the platform, its site and its certificates, seen from outside."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.sandbox.cloudflare.account import STAGING, WORKER
from bot.sandbox.door import HOST
from bot.sandbox.faults import CATALOGUE
from bot.sandbox.world import World


async def turn_on(world: World, name: str, amount: float | None = None) -> None:
    world.faults.switch(name, True, amount)
    await world.settled()


async def turn_off(world: World, name: str) -> None:
    world.faults.switch(name, False)
    await world.settled()


async def test_slow_api(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_slow", 0.7)
    begun = time.perf_counter()
    assert (await api.get("/api/health/ping")).status_code == 200
    assert time.perf_counter() - begun >= 0.7


async def test_api_errors_take_their_share(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_errors", 30)
    codes = [(await api.get("/api/health/ping")).status_code for _ in range(20)]
    # visitors meet some of them too, so the share of these twenty is not exact
    assert 3 <= codes.count(500) <= 9
    assert codes.count(200) == 20 - codes.count(500)


@pytest.mark.parametrize("name", ["api_down", "site_down"])
async def test_a_part_that_is_down_refuses_connections(world: World, name: str) -> None:
    url = world.platform.api_url if name == "api_down" else world.platform.site_url
    async with httpx.AsyncClient(base_url=url, verify=world.certificates.trust()) as client:
        assert (await client.get("/")).status_code in {200, 404}  # this connection is kept open
        await turn_on(world, name)
        with pytest.raises((httpx.ConnectError, httpx.RemoteProtocolError)):
            await client.get("/")
        with pytest.raises(httpx.ConnectError):
            await client.get("/")
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((HOST, client.base_url.port))  # its port stays its own
        await turn_off(world, name)
        assert (await client.get("/")).status_code in {200, 404}


async def test_html_instead_of_json(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_html")
    answer = await api.get("/api/health")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")


async def test_empty_answers(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_empty")
    answer = await api.get("/api/health")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_redirects_to_itself_for_ever(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_redirects")
    with pytest.raises(httpx.TooManyRedirects):
        await api.get("/api/health", follow_redirects=True)


async def test_drips_a_byte_a_second(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "api_drip")
    begun, arrived = time.perf_counter(), 0
    async with api.stream("GET", "/api/health/ping") as answer:
        async for piece in answer.aiter_raw():
            arrived += len(piece)
            if arrived == 3:
                break
    assert time.perf_counter() - begun >= 1.8


@pytest.mark.parametrize(
    ("release", "path"),
    [
        ("2025-11-16", "/api/health"),
        ("2025-12-02", "/api/health"),
        ("2025-12-24", "/health"),
        ("2026-07-02", "/health"),
        ("2026-07-02", "/api/health"),
        ("2026-07-02", "/api/status"),
    ],
)
async def test_degraded_is_told_with_200(
    world: World, api: httpx.AsyncClient, release: str, path: str
) -> None:
    world.platform.play(release)
    assert "degraded" not in (await api.get(path)).text
    await turn_on(world, "api_degraded")
    answer = await api.get(path)
    assert answer.status_code == 200
    assert '"degraded"' in answer.text


async def test_rate_limited(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "rate_limited")
    answer = await api.get("/api/health/ping")
    assert answer.status_code == 429
    assert answer.headers["retry-after"].isdigit()


async def test_a_bad_release_throws_until_another_version_is_deployed(
    world: World, api: httpx.AsyncClient, cloudflare: httpx.AsyncClient
) -> None:
    path = f"/accounts/{world.account.id}/workers/scripts/pitchey-production/deployments"
    before = (await cloudflare.get(path)).json()["result"]["deployments"][0]
    await turn_on(world, "bad_release")
    assert (await api.get("/api/health/ping")).status_code == 500
    now = (await cloudflare.get(path)).json()["result"]["deployments"][0]
    assert now["versions"] != before["versions"]
    body = {"strategy": "percentage", "versions": before["versions"]}
    assert (await cloudflare.post(path, json=body)).json()["success"] is True
    assert (await api.get("/api/health/ping")).status_code == 200


async def test_turning_a_bad_release_off_recovers(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "bad_release")
    await turn_off(world, "bad_release")
    assert (await api.get("/api/health/ping")).status_code == 200


@pytest.mark.parametrize("switch", ["build", "build_errors", "build_slow", "build_broken"])
async def test_ci_uploads_a_build_that_only_production_shows_to_be_bad(
    world: World, api: httpx.AsyncClient, switch: str
) -> None:
    production, staging = world.account.scripts[WORKER], world.account.scripts[STAGING]
    before = production.live
    await turn_on(world, switch)
    new, there = production.versions[-1], staging.versions[-1]
    assert (new.tag, new.code) == (there.tag, there.code)
    assert production.live is before  # nobody is served it yet
    assert (there.error_rate, there.latency_ms, there.bad) == (0, 0, False)
    assert (new.error_rate > 0) == (switch == "build_errors")
    assert (new.latency_ms > 0) == (switch == "build_slow")
    assert new.bad == (switch == "build_broken")
    await turn_off(world, switch)
    assert production.versions[-1] is new
    assert (await api.get("/api/health/ping")).status_code == 200


async def test_slow_site(world: World) -> None:
    trust = world.certificates.trust()
    async with httpx.AsyncClient(base_url=world.platform.site_url, verify=trust) as site:
        page = await site.get("/")
        assert page.headers["x-frame-options"] == "DENY"
        assert "<title>" in page.text
        await turn_on(world, "site_slow", 0.6)
        begun = time.perf_counter()
        await site.get("/")
        assert time.perf_counter() - begun >= 0.6


async def test_sign_in_broken(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "auth_broken")
    assert (await api.get("/api/auth/session")).status_code == 500
    assert (await api.get("/api/health/auth")).status_code == 503


async def test_expired_certificate(world: World, api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/health/ping")).status_code == 200
    await turn_on(world, "certificate_expired")
    with pytest.raises(httpx.ConnectError, match="expired"):
        await api.get("/api/health/ping")
    await turn_off(world, "certificate_expired")
    assert (await api.get("/api/health/ping")).status_code == 200


async def test_certificate_for_another_host(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "certificate_wrong_host")
    with pytest.raises(httpx.ConnectError, match="mismatch"):
        await api.get("/api/health/ping")


async def test_certificate_that_ends_soon(world: World, api: httpx.AsyncClient) -> None:
    await turn_on(world, "certificate_expiring", 6)
    left = await _end_of_certificate(api) - datetime.now(UTC)
    assert timedelta(days=6) <= left < timedelta(days=6, hours=1)
    await turn_off(world, "certificate_expiring")
    assert await _end_of_certificate(api) - datetime.now(UTC) > timedelta(days=70)


async def _end_of_certificate(api: httpx.AsyncClient) -> datetime:
    answer = await api.get("/api/health/ping")
    told = answer.extensions["network_stream"].get_extra_info("ssl_object").getpeercert()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC)


def test_every_switch_has_a_test() -> None:
    here = Path(__file__).parent
    folders = (here, here.parents[1] / "backups")
    files = [path for folder in folders for path in folder.glob("test_*.py")]
    sources = "".join(path.read_text("utf-8") for path in files)
    ours = [fault.name for fault in CATALOGUE if fault.part not in ("slack", "bot")]
    assert [name for name in ours if f'"{name}"' not in sources] == []
