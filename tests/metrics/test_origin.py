"""The origin's errors, from a zone whose plan tells them, and from those that do not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.cloudflare_zone_analytics import ZoneStep
from bot.sandbox.cloudflare.account import Zone
from bot.sandbox.world import World
from handlers.metrics.sampling.origin import failed_percent
from tests.metrics.test_sampling_world import Sampler
from tests.metrics.test_sampling_world import sampler as sampler  # noqa: PLC0414 a fixture

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("origin", "percent"),
    [({}, None), ({200: 99, 502: 1}, 1.0), ({404: 5}, 0.0), ({500: 2, 599: 2}, 100.0)],
)
def test_a_step_as_a_percentage(origin: Mapping[int, int], percent: float | None) -> None:
    assert failed_percent(ZoneStep(NOON, {}, origin)) == percent


async def test_as_the_zone_and_its_plan_allow(world: World, sampler: Sampler) -> None:
    assert "no Cloudflare zone" in await sampler.take("origin")
    cloudflare = sampler.runtime.clients.cloudflare
    for plan in ("free", "enterprise"):
        zone = world.account.zone = Zone("pitchey.example", plan)
        cloudflare.zone_id = zone.id
        if plan == "free":
            assert "plan does not tell" in await sampler.take("origin")
    store = sampler.runtime.store.samples
    assert store.latest("production", "origin_error_rate") is None
    await sampler.take("api")
    sampler.at += timedelta(minutes=11)
    told = await sampler.take("origin")
    found = store.latest("production", "origin_error_rate")
    assert found is not None, told
    assert 0 <= found.value <= 100
    assert found.at.minute % 5 == 0
    assert found.at <= sampler.at - timedelta(minutes=10)
    assert (await sampler.take("origin")).startswith("0 samples")
