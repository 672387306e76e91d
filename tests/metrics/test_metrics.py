"""Targets, the whole command over real sockets, and the message."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.clients import Clients
from bot.sandbox.workspace.validation import check_message
from bot.settings import Metric, MetricName
from bot.settings.metrics import guide_metrics
from handlers.metrics.operations import collect_metrics
from handlers.metrics.result import Gap, Measured, Metrics, Reading, Standing, stand, weigh
from handlers.metrics.source import Measuring
from handlers.metrics.views import amount, headline, metrics_reply
from tests.clients.test_postgres import fatal, refusing
from tests.health.loopback import release, routes, serving, settings_for

LIMITS = guide_metrics()
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def reading(metric: MetricName, value: float, samples: int = 100, source: str = "s") -> Reading:
    return Reading(metric, value, source, "last hour", samples)


@pytest.mark.parametrize(
    ("name", "value", "standing"),
    [
        ("uptime", 99.95, Standing.ON_TARGET),
        ("uptime", 99.7, Standing.OFF_TARGET),
        ("uptime", 99.4, Standing.ALERT),
        ("response_time", 499, Standing.ON_TARGET),
        ("response_time", 612, Standing.OFF_TARGET),
        ("response_time", 1000, Standing.OFF_TARGET),
        ("response_time", 1001, Standing.ALERT),
        ("error_rate", 0.4, Standing.ON_TARGET),
        ("error_rate", 1.1, Standing.ALERT),
        ("cpu", 75, Standing.OFF_TARGET),
        ("memory", 91, Standing.ALERT),
        ("database_connections", 85, Standing.OFF_TARGET),
    ],
)
def test_the_guides_table(name: MetricName, value: float, standing: Standing) -> None:
    assert stand(value, LIMITS[name]) is standing


def test_a_worse_reading_of_substance_leads_and_a_slight_one_does_not() -> None:
    limits = LIMITS["error_rate"]
    good, bad = reading("error_rate", 0.1), reading("error_rate", 5, source="log")
    found = weigh("error_rate", limits, (good, bad))
    assert (found.standing, found.readings[0]) == (Standing.ALERT, bad)
    slight = reading("error_rate", 50, samples=2)
    found = weigh("error_rate", limits, (good, slight))
    assert (found.standing, found.readings) == (Standing.ON_TARGET, (good, slight))


def test_no_reading_is_no_data_with_its_reason() -> None:
    found = weigh("memory", LIMITS["memory"], (Gap("memory", "None told."), reading("cpu", 1)))
    assert found.standing is Standing.NO_DATA
    assert found.gaps == (Gap("memory", "None told."),)


def metrics(*measured: Measured) -> Metrics:
    return Metrics("production", NOW, 100.0, measured)


def test_the_first_line() -> None:
    fine = weigh("cpu", LIMITS["cpu"], (reading("cpu", 10),))
    slow = weigh("response_time", LIMITS["response_time"], (reading("response_time", 1500),))
    off = weigh("uptime", LIMITS["uptime"], (reading("uptime", 99.7),))
    none = weigh("memory", LIMITS["memory"], ())
    assert headline(metrics(fine, none)) == (
        ":white_check_mark: 1 of 2 key metrics on target, 1 without data"
    )
    assert headline(metrics(fine, off)) == (
        ":warning: Uptime off target; 1 of 2 key metrics on target"
    )
    assert headline(metrics(fine, slow, off)) == (
        ":red_circle: Response time past the alert threshold; 1 of 3 key metrics on target"
    )
    assert headline(metrics(none)).startswith(":grey_question: No data")
    assert metrics(slow).exit_code == 1
    assert metrics(off, none).exit_code == 0


def test_the_message_shows_limits_beside_values_and_keeps_slacks_rules() -> None:
    nasty = "&<@U1>`*" * 60
    measured = [
        weigh(
            name,
            limits,
            (
                Reading(name, 12.3, nasty, nasty, 50, nasty),
                Reading(name, 45.6, nasty, nasty, 50, nasty),
                Gap(name, nasty, nasty),
            ),
        )
        for name, limits in LIMITS.items()
    ]
    reply = metrics_reply(metrics(*measured))
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
    shown = json.dumps(reply.blocks, ensure_ascii=False)
    assert "target below 500\u00a0ms, alert above 1000\u00a0ms" in shown
    assert "target above 99.9\u00a0%, alert below 99.5\u00a0%" in shown
    assert "<@U1>" not in shown
    json.dumps(reply.data)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(38.2, "ms", "38 ms"), (8.14, "ms", "8.1 ms"), (0, "%", "0.0 %"), (0.424, "%", "0.42 %")],
)
def test_amounts(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


async def collect(folder: Path, url: str, database: str = "", **more: object) -> Metrics:
    held = {"database_url": database} if database else {}
    settings = settings_for(folder, url, url, **held)
    clients = Clients.connect(settings)
    try:
        return await collect_metrics(clients, settings, **more)  # type: ignore[arg-type]
    finally:
        await clients.aclose()


async def test_measured_over_real_sockets(tmp_path: Path) -> None:
    async with serving(release("release-2026-07-02-anon")) as url:
        found = await collect(tmp_path, url)
    by_name = {each.name: each for each in found.metrics}
    assert by_name["response_time"].standing is Standing.ON_TARGET
    assert "median of 5 requests to /api/health/ping" in by_name["response_time"].readings[0].source
    assert by_name["error_rate"].readings[0].source == "the platform's request log"
    for silent in ("uptime", "memory", "cpu", "database_connections"):
        assert by_name[silent].standing is Standing.NO_DATA
        assert by_name[silent].gaps
    reply = metrics_reply(found)
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()


async def test_fabricated_constants_are_never_asked_for(tmp_path: Path) -> None:
    asked: set[str] = set()
    inner = release("release-2026-07-02-anon")

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.add(request.path)
        return await inner(request)

    async with serving(handle) as url:
        found = await collect(tmp_path, url)
    assert not {path for path in asked if "analytics" in path or "monitoring" in path}
    uptime = next(each for each in found.metrics if each.name == "uptime")
    assert uptime.readings == ()
    assert "constant" in uptime.gaps[0].reason


async def test_an_api_that_is_down_leaves_no_data_and_no_crash(tmp_path: Path) -> None:
    found = await collect(tmp_path, "http://127.0.0.1:1")
    assert all(each.standing is Standing.NO_DATA for each in found.metrics)
    shown = json.dumps(metrics_reply(found).blocks, ensure_ascii=False)
    assert "was answered properly. Check health to see why." in shown
    assert "\u200b" not in shown


async def test_a_full_pool_is_an_alert_though_nobody_gets_in_to_count_it(tmp_path: Path) -> None:
    taken = fatal("53300", "remaining connection slots are reserved for roles with SUPERUSER")
    async with refusing(lambda _: taken) as database:
        found = await collect(tmp_path, "http://127.0.0.1:1", database)
    pool = next(each for each in found.metrics if each.name == "database_connections")
    assert pool.standing is Standing.ALERT
    assert pool.readings[0].detail == "no connection could be had: all are taken"


async def test_a_source_that_breaks_costs_only_its_own_metrics(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        name = "broken"
        metrics: tuple[MetricName, ...] = ("cpu",)
        deadline = 1.0

        async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:
            raise KeyError(scene.environment.name)

    class History:
        name = "history"
        metrics: tuple[MetricName, ...] = ("uptime",)
        deadline = 1.0

        async def read(self, scene: Measuring) -> Sequence[Reading | Gap]:  # noqa: ARG002
            return [reading("uptime", 99.95)]

    async with serving(routes({})) as url:
        with caplog.at_level(logging.CRITICAL):
            found = await collect(tmp_path, url, sources=(Broken(), History()))
    by_name = {each.name: each for each in found.metrics}
    assert by_name["uptime"].standing is Standing.ON_TARGET
    assert "KeyError" in by_name["cpu"].gaps[0].reason


def test_limits_come_from_settings(tmp_path: Path) -> None:
    extra = "[metrics.response_time]\ntarget = 100\nalert = 200"
    limits: Metric = settings_for(tmp_path, "http://a.example", "http://b.example", extra).metrics[
        "response_time"
    ]
    assert stand(150, limits) is Standing.OFF_TARGET
