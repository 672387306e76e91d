"""No copy has its store: people are answered all the same, and told what that means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection

from bot.sandbox.shared_store import NAME
from bot.sandbox.workspace import ANA
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World


@asynccontextmanager
async def store_away(world: World) -> AsyncIterator[None]:
    """Its server refuses every connection to it."""
    assert world.shared_store is not None
    url = world.shared_store.url.removesuffix(NAME) + "postgres"
    async with await AsyncConnection.connect(url, autocommit=True) as owner:
        await owner.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
        try:
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [NAME]
            )
            yield
        finally:
            await owner.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")


async def test_people_are_answered_without_the_store(several: World) -> None:
    ana, balancer = Actor(several.workspace, ANA), several.balancer
    assert balancer is not None
    async with store_away(several):
        await balancer.sees(0)
        for _ in range(5):  # on a busy machine the first look at a lost store outlasts Slack
            outcome = await several.workspace.act.slash(ANA, ana.channel_id, "/pitchey help health")
            if outcome.ok:
                break
            assert outcome.error == "operation_timeout"
        assert outcome.ok
        await ana.sees("is worked on without being kept")
        await ana.sees("Is the platform well?")
    await balancer.sees(3)
    await ana.types("/pitchey help health")
    await ana.sees("Is the platform well?")
