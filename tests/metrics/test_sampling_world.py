"""The sampler against the sandbox's real API, database, Redis, S3 and Cloudflare, well and ill."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from bot.clients import Clients
from bot.command import Catalogue
from bot.dispatch import Dispatcher
from bot.events import DeploymentFinished
from bot.observability import Observability
from bot.redaction import Redactor
from bot.runtime import Runtime
from bot.sandbox.world import World
from bot.schedule import run_due
from bot.settings import load
from bot.store import Sample, Store
from handlers.metrics.gauges import begin
from handlers.metrics.marking import LISTENERS
from handlers.metrics.operations import collect_metrics
from handlers.metrics.result import Standing
from handlers.metrics.sampling import JOBS, SOURCES, take

MINUTE = timedelta(minutes=1)


@dataclass
class Sampler:
    """Takes measurements, each a minute after the one before by its own clock."""

    world: World
    runtime: Runtime
    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    async def take(self, name: str) -> str:
        self.at += MINUTE
        self.runtime.clock = lambda: self.at
        source = next(each for each in SOURCES if each.name == name)
        return await take(self.runtime, source, self.at)

    def latest(self, metric: str) -> Sample | None:
        """The newest sample, where it is of the last measurement."""
        found = self.runtime.store.samples.latest("production", metric)
        return found if found and found.at == self.at else None

    def value(self, metric: str) -> float | None:
        found = self.latest(metric)
        return found.value if found else None

    async def with_fault(self, name: str, source: str, amount: float | None = None) -> str:
        self.world.faults.switch(name, True, amount)
        await self.world.settled()
        try:
            return await self.take(source)
        finally:
            self.world.faults.clear()
            await self.world.settled()


@pytest_asyncio.fixture(loop_scope="session")
async def sampler(world: World, tmp_path: Path) -> AsyncIterator[Sampler]:
    whole = load(world.config_path, world.environment)
    one = {"production": whole.environment("production")}
    settings = whole.model_copy(update={"environments": one})
    clients = Clients.connect(settings)
    store = Store.open(tmp_path / "store.sqlite3")
    observability = Observability()
    house = Dispatcher(settings, clients, store, Catalogue(()), Redactor([]), observability)
    yield Sampler(world, house.runtime)
    await clients.aclose()
    store.close()


async def test_every_source_measures_the_real_thing(world: World, sampler: Sampler) -> None:
    assert await sampler.take("api") == "2 samples."
    assert sampler.value("uptime") == 1
    assert 0 < (sampler.value("response_time") or 0) < 5_000
    assert await sampler.take("database") == "5 samples."
    assert 0 < (sampler.value("database_connections") or 0) < 90
    await sampler.take("database_size")
    assert (sampler.value("database_size") or 0) > 1_000_000
    await sampler.take("cache")
    assert 0 < (sampler.value("memory") or 0) < 100
    await sampler.take("certificate")
    assert (sampler.value("certificate_days") or 0) > 10
    await sampler.take("backup")
    assert 0 <= (sampler.value("backup_age_hours") or 0) < 26
    await sampler.take("disk")
    assert 0 < (sampler.value("disk") or 0) <= 100
    # Cloudflare tells the minutes afterwards: here those of the requests made above.
    sampler.at += 5 * MINUTE
    await sampler.take("worker")
    await sampler.take("answers")
    store = sampler.runtime.store.samples
    counted = store.window("production", "requests", sampler.at - timedelta(hours=1), sampler.at)
    assert counted is not None
    assert counted.total > 0
    assert counted.good == counted.total
    cpu = store.window("production", "cpu", sampler.at - timedelta(hours=1), sampler.at)
    assert cpu is not None
    assert 0 < cpu.maximum < 100
    assert store.latest("production", "answers") is not None
    before = counted.count
    assert (await sampler_again(sampler, "worker")).startswith("0 samples")
    again = store.window("production", "requests", sampler.at - timedelta(hours=1), sampler.at)
    assert again is not None
    assert again.count == before


async def sampler_again(sampler: Sampler, name: str) -> str:
    """The same moment once more, as a second bot would."""
    source = next(each for each in SOURCES if each.name == name)
    return await take(sampler.runtime, source, sampler.at)


async def test_faults_become_bad_checks_and_gaps_never_numbers(sampler: Sampler) -> None:
    for fault, amount, why in (
        ("api_down", None, "bad: API"),
        ("api_html", None, "bad: API"),
        ("api_empty", None, "bad: API"),
        ("api_errors", 100.0, "bad: API"),
        ("site_down", None, "bad: site"),
    ):
        told = await sampler.with_fault(fault, "api", amount)
        assert why in told, (fault, told)
        assert sampler.value("uptime") == 0
        assert (sampler.latest("response_time") is None) == ("API" in why)
    assert "limits the bot's own requests" in await sampler.with_fault("rate_limited", "api")
    assert sampler.latest("uptime") is None
    await sampler.with_fault("api_slow", "api", 0.4)
    assert sampler.value("uptime") == 1
    assert (sampler.value("response_time") or 0) >= 400


async def test_a_database_that_nobody_can_use_makes_checks_bad(sampler: Sampler) -> None:
    assert "refused" in await sampler.with_fault("database_down", "database")
    assert sampler.value("database_up") == 0
    assert sampler.latest("database_connections") is None
    assert "bad: database" in await sampler.take("api")
    assert "quota" in await sampler.with_fault("database_quota", "database")
    await sampler.with_fault("pool_full", "database")
    assert (sampler.value("database_connections") or 0) > 90
    await sampler.take("database")
    await sampler.take("api")
    assert sampler.value("uptime") == 1


async def test_what_cannot_be_asked_leaves_a_gap_and_says_why(sampler: Sampler) -> None:
    jobs = {job.name: job for job in JOBS}
    for fault, source, metric in (
        ("cloudflare_down", "worker", "requests"),
        ("cloudflare_forbidden", "answers", "answers"),
        ("cache_down", "cache", "cache_hit_rate"),
        ("storage_down", "backup", "backup_age_hours"),
    ):
        sampler.world.faults.switch(fault, True)
        await sampler.world.settled()
        sampler.at += timedelta(hours=1)
        sampler.runtime.clock = lambda: sampler.at
        name = f"sample-{source}"
        sampler.runtime.store.schedules.know(name, sampler.at - timedelta(hours=1))
        assert await run_due(sampler.runtime, jobs[name])
        # A second bot on the same store finds it done.
        assert not await run_due(sampler.runtime, jobs[name])
        record = sampler.runtime.store.schedules.find(name)
        assert record is not None
        assert (record.outcome, bool(record.detail)) == ("failed", True)
        assert sampler.runtime.store.samples.latest("production", metric) is None
        sampler.world.faults.clear()
        await sampler.world.settled()


async def test_history_and_gauges_tell_uptime_and_memory(sampler: Sampler) -> None:
    runtime = sampler.runtime
    begin(runtime)
    assert b"pitchey_platform_check_good{" not in runtime.observability.exposition()
    sampler.at -= 10 * MINUTE  # the answer is of the real clock's last day
    await sampler.take("api")
    await sampler.take("cache")
    told = runtime.observability.exposition().decode()
    assert 'pitchey_platform_check_good{environment="production"} 1.0' in told
    assert 'pitchey_platform_memory_ratio{environment="production"} 0.' in told
    found = await collect_metrics(runtime.clients, runtime.settings, store=runtime.store)
    standing = {each.name: each.standing for each in found.metrics}
    assert standing["uptime"] is Standing.ON_TARGET
    assert standing["memory"] is Standing.ON_TARGET
    sampler.at += timedelta(hours=2)
    runtime.clock = lambda: sampler.at
    assert b"pitchey_platform_check_good{" not in runtime.observability.exposition()


async def test_a_deployment_is_marked_once(sampler: Sampler) -> None:
    runtime = sampler.runtime
    event = DeploymentFinished(sampler.at, "production", "3f2a1b9c-77", "x", "rolled back", "Ana")
    for _ in range(2):
        await LISTENERS[0].handle(runtime, event)
    (mark,) = runtime.store.marks.between(sampler.at - MINUTE, sampler.at + MINUTE)
    assert (mark.kind, mark.label) == ("deployment", "3f2a1b9c rolled back")


async def test_an_older_release_is_asked_seldom_and_still_read(
    world: World, sampler: Sampler
) -> None:
    world.platform.play("2025-12-24")
    sampler.at = sampler.at.replace(minute=0, second=0)
    assert "dear" in await sampler.take("api")
    for _ in range(3):
        assert "dear" in await sampler.take("api")
    assert await sampler.take("api") == "2 samples."
    assert sampler.value("uptime") == 1
