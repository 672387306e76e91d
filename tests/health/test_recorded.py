"""What the bot makes of the platform's recorded answers, release by release."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clients import Clients
from bot.judging.states import State
from handlers.health.operations import check_health
from handlers.health.result import Health
from tests.health.loopback import release, serving, settings_for

H, D, DOWN = State.HEALTHY, State.DEGRADED, State.DOWN
NOT_OFFERED = State.NOT_OFFERED


async def judged(folder: Path, name: str) -> dict[str, State]:
    health = await run(folder, name)
    return {check.component: check.state for check in health.checks}


async def run(folder: Path, name: str) -> Health:
    async with serving(release(name)) as url:
        settings = settings_for(folder, url, url, f'[cloudflare]\nstatus_url = "{url}/page"')
        clients = Clients.connect(settings)
        try:
            return await check_health(clients, settings)
        finally:
            await clients.aclose()


@pytest.mark.parametrize(
    ("name", "api", "database", "cache", "uploads", "auth"),
    [
        # Calls itself ok, but names its database unavailable; refuses a GET of the session.
        ("release-2025-11-16-anon", D, DOWN, NOT_OFFERED, NOT_OFFERED, NOT_OFFERED),
        # Always says healthy, and names database and websocket false.
        ("release-2025-12-02-anon", D, DOWN, H, NOT_OFFERED, H),
        # The guide's own release: a constant that names no part.
        ("release-2025-12-24-anon", H, NOT_OFFERED, NOT_OFFERED, NOT_OFFERED, H),
        # 401 for everything it does not have; `/health` tells the parts.
        ("release-2026-01-05-anon", H, H, DOWN, H, H),
        ("release-2026-01-17-anon", H, H, H, H, H),
        ("release-2026-07-02-anon", H, H, H, H, H),
        ("head-healthy-anonymous", H, H, H, H, H),
        # HTTP 200 with the database down; sign-in needs it.
        ("head-neon-down", D, DOWN, H, H, DOWN),
        ("head-neon-slow6s", H, DOWN, H, H, H),
        ("head-upstash-down", D, H, DOWN, H, H),
    ],
)
async def test_every_recorded_release_is_understood(
    tmp_path: Path,
    name: str,
    api: State,
    database: State,
    cache: State,
    uploads: State,
    auth: State,
) -> None:
    found = await judged(tmp_path, name)
    assert {part: found[part] for part in ("api", "database", "cache", "uploads", "auth")} == {
        "api": api,
        "database": database,
        "cache": cache,
        "uploads": uploads,
        "auth": auth,
    }


async def test_the_database_down_behind_a_200_is_down(tmp_path: Path) -> None:
    health = await run(tmp_path, "head-neon-down")
    assert health.exit_code == 2
    database = next(check for check in health.checks if check.component == "database")
    assert "endpoint is disabled" in database.meaning
