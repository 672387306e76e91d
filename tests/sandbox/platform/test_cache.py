"""The Redis stand-in: real lookups earn the hit rate; the switches break it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.sandbox.world import World


async def command(world: World, *words: str, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or world.redis.token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        return await client.post(world.redis.url, json=list(words))


async def hit_rate(world: World) -> float:
    info: Any = (await command(world, "INFO")).json()["result"]
    held = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    hits, misses = int(held["keyspace_hits"]), int(held["keyspace_misses"])
    return 100 * hits / (hits + misses)


async def test_speaks_rest_and_wants_its_token(world: World) -> None:
    assert (await command(world, "PING")).json() == {"result": "PONG"}
    assert (await command(world, "SET", "a", "1", "EX", "60")).json() == {"result": "OK"}
    assert (await command(world, "GET", "a")).json() == {"result": "1"}
    assert (await command(world, "DEL", "a")).json() == {"result": 1}
    assert (await command(world, "GET", "a")).json() == {"result": None}
    assert (await command(world, "PING", token="wrong")).status_code == 401
    assert (await command(world, "NONSENSE")).status_code == 400


async def test_the_platform_fills_it(world: World, api: httpx.AsyncClient) -> None:
    await command(world, "FLUSHDB")
    await api.get("/api/pitches/trending")
    assert (await command(world, "DBSIZE")).json()["result"] >= 1


async def test_cold_cache(world: World, api: httpx.AsyncClient) -> None:
    assert await hit_rate(world) > 60  # 90, less what other tests made it miss
    world.faults.switch("cache_cold", True)
    await world.settled()
    for _ in range(20):
        await api.get("/api/pitches/trending")
    assert 29 <= await hit_rate(world) <= 32


async def test_cache_down(world: World, api: httpx.AsyncClient) -> None:
    world.faults.switch("cache_down", True)
    await world.settled()
    with pytest.raises(httpx.ConnectError):
        await command(world, "PING")
    told = (await api.get("/api/health")).json()["data"]
    assert (told["status"], told["services"]["redis"]["status"]) == ("degraded", "error")
    assert (await api.get("/health")).json()["checks"]["cache"] == "healthy"  # that one is KV
    assert (await api.get("/api/pitches/trending")).status_code == 200
