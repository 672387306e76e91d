"""Which version answers, told by servers of every release, and by some that tell something else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.http import Http
from bot.clients.platform import Platform
from bot.clients.platform_version import NOT_TOLD, Told, told_version
from bot.live.answering import answering
from tests.health.loopback import Handler, always, release, routes, serving, site

VERSION = "/api/version"


async def told(handler: Handler) -> Told:
    http = Http()
    try:
        async with serving(handler) as url:
            return await told_version(Platform(http, url), deadline=2)
    finally:
        await http.aclose()


@pytest.mark.parametrize(
    "name",
    ["2025-11-16", "2025-12-02", "2025-12-24", "2026-01-05", "2026-01-17"],
)
async def test_releases_before_2026_07_do_not_tell(name: str) -> None:
    assert await told(release(f"release-{name}-anon")) == Told(trouble=NOT_TOLD)


@pytest.mark.parametrize(
    ("body", "version", "trouble"),
    [
        ({"version": "3f2a", "tag": "", "timestamp": "2026-07-02"}, "3f2a", ""),
        ({"version": "1.4.0"}, "", NOT_TOLD),  # a number of people's own, not an upload's id
        ({"version": "", "tag": ""}, "", NOT_TOLD),
        ({"version": 3, "tag": ""}, "", NOT_TOLD),
        ([], "", NOT_TOLD),
        ((500, {"error": "boom"}), "", "/api/version answered 500"),
    ],
)
async def test_what_is_told(body: Any, version: str, trouble: str) -> None:
    assert await told(routes({VERSION: body})) == Told(version, trouble)


async def test_what_is_no_json_is_said() -> None:
    assert (await told(site)).trouble == "/api/version answered no JSON"
    assert (await told(always("{", kind="application/json"))).trouble.endswith("no JSON")


async def test_nobody_there_is_said_and_raises_nothing() -> None:
    http = Http()
    found = await told_version(Platform(http, "http://127.0.0.1:1"), deadline=2)
    await http.aclose()
    assert not found.version
    assert found.trouble


async def test_nobody_waits_for_a_release_that_says_401_to_everything() -> None:
    http = Http()
    async with serving(release("release-2026-01-05-anon")) as url:
        found = await answering(Platform(http, url), "3f2a", deadline=5)
    await http.aclose()
    assert (found.offered, found.trouble) == (False, NOT_TOLD)
