"""Trends, standings, routing and failover: decisions over numbers. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.clients.cloudflare_usage import read_stores
from bot.forecasting import FEWEST_DAYS, Forecast, forecast, in_days, trend
from bot.regions import RegionSeen
from bot.settings.scale import Region, Scale
from handlers.scaling.judging import failover, finished, monthly, routes, standing
from handlers.scaling.result import Standing
from handlers.scaling.wording import amount, until

TODAY = date(2026, 11, 28)
NONE = Forecast(None, None, None, 0, enough=False)
REGIONS = Scale(
    regions=(
        Region(name="us", url="https://us.test", countries=("US", "CA"), default=True),
        Region(name="eu", url="https://eu.test", countries=("DE", "FR")),
        Region(name="asia", url="https://asia.test", countries=("IN",)),
    )
)


def line(count: int, start: float, step: float) -> dict[date, float]:
    return {TODAY - timedelta(days=count - n): start + step * n for n in range(count)}


def test_a_straight_line_is_found_exactly() -> None:
    found = forecast(line(20, 100.0, 5.0), 300.0)
    assert found.middle == pytest.approx((300 - 195) / 5)
    assert found.soonest == pytest.approx(found.middle)
    assert found.days == 20


def test_single_days_do_not_bend_it() -> None:
    values = line(21, 100.0, 5.0)
    for number, day in enumerate(sorted(values)):
        if number in (3, 17):
            values[day] *= 50  # an attack, and an outage's retries
    found = forecast(values, 300.0)
    assert found.middle == pytest.approx(20, abs=2)


def test_noise_widens_the_range() -> None:
    values = {
        day: value + (7, -9, 4, -2, 11, -6)[n % 6] * 3
        for n, (day, value) in enumerate(line(24, 100.0, 2.0).items())
    }
    found = forecast(values, 400.0)
    assert found.soonest is not None
    assert found.middle is not None
    assert found.soonest < found.middle
    assert found.latest is None or found.latest > found.middle


@pytest.mark.parametrize("count", range(FEWEST_DAYS))
def test_too_few_days_say_nothing(count: int) -> None:
    found = forecast(line(count, 1.0, 1.0), 100.0)
    assert not found.enough
    assert "not enough history" in until(found, limited=True)


def test_falling_and_flat_never_reach_it() -> None:
    assert forecast(line(20, 100.0, -1.0), 200.0).middle is None
    assert forecast(line(20, 100.0, 0.0), 200.0).middle is None
    assert forecast(line(20, 300.0, 0.0), 200.0).middle == 0.0


@given(
    st.lists(st.floats(0, 1e9, allow_nan=False), min_size=FEWEST_DAYS, max_size=40),
    st.floats(1, 1e12),
)
def test_any_history_has_an_ordered_forecast(values: list[float], limit: float) -> None:
    history = {TODAY - timedelta(days=n): value for n, value in enumerate(values)}
    found, slope = forecast(history, limit), trend(history)
    assert slope is not None
    assert slope.lowest <= slope.slope <= slope.highest
    known = [each for each in (found.soonest, found.middle, found.latest) if each is not None]
    assert known == sorted(known)
    assert until(found, limited=True)


@pytest.mark.parametrize(
    ("used", "limit", "when", "expected"),
    [
        (101, 100, NONE, Standing.OVER),
        (85, 100, NONE, Standing.NEAR),
        (40, 100, Forecast(12.0, 9.0, 20.0, 20), Standing.SOON),
        (40, 100, Forecast(120.0, 90.0, None, 20), Standing.WELL),
        (40, 0, NONE, Standing.UNLIMITED),
    ],
)
def test_standing(used: float, limit: float, when: Forecast, expected: Standing) -> None:
    assert standing(used, limit, when, 30) is expected


def test_a_month_is_of_finished_days() -> None:
    values = {TODAY: 1.0, TODAY - timedelta(days=1): 10.0, TODAY - timedelta(days=2): 20.0}
    assert monthly(values, TODAY) == 450.0
    assert monthly({TODAY: 3.0}, TODAY) == 90.0
    assert monthly({}, TODAY) == 0.0
    assert finished(values, TODAY) == {TODAY - timedelta(days=1): 10.0}


def seen(**milliseconds: float | None) -> list[RegionSeen]:
    return [
        RegionSeen(name, value, "" if value is not None else "connection refused")
        for name, value in milliseconds.items()
    ]


def test_every_country_has_a_region() -> None:
    assert REGIONS.serving("DE").name == "eu"  # type: ignore[union-attr]
    assert REGIONS.serving("BR").name == "us"  # type: ignore[union-attr]
    assert Scale().serving("BR") is None
    table = routes(REGIONS, seen(us=10.0, eu=None, asia=40.0))
    assert [route.seen.name for route in table] == ["eu", "us", "asia"]  # the broken one first


def test_failover_goes_to_the_quickest_that_is_well() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    state = {each.name: each for each in seen(us=10.0, eu=30.0, asia=50.0)}
    found = failover(REGIONS, REGIONS.regions[1], state, now)
    assert found.best is not None
    assert (found.best.to, found.best.extra_ms) == ("us", -20.0)
    state = {each.name: each for each in seen(us=None, eu=None, asia=None)}
    assert failover(REGIONS, REGIONS.regions[0], state, now).best is None


@pytest.mark.parametrize(
    "regions",
    [
        [{"name": "a", "url": "https://a.test", "countries": ["de"]}],
        [{"name": "a", "url": "https://a.test", "countries": ["DEU"]}],
        [
            {"name": "a", "url": "https://a.test", "countries": ["DE"]},
            {"name": "b", "url": "https://b.test", "countries": ["DE"]},
        ],
        [{"name": "a", "url": "https://a.test"}, {"name": "a", "url": "https://b.test"}],
        [
            {"name": "a", "url": "https://a.test", "default": True},
            {"name": "b", "url": "https://b.test", "default": True},
        ],
    ],
)
def test_a_routing_table_that_cannot_be_is_refused(regions: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        Scale.model_validate({"regions": regions})


def test_operations_are_sorted_by_their_price() -> None:
    def row(action: str, count: int) -> dict[str, object]:
        return {
            "sum": {"requests": count},
            "dimensions": {"date": "2026-11-27", "actionType": action},
        }

    account = {
        "kvOperationsAdaptiveGroups": [row("read", 5), row("write", 2), row("list", 1)],
        "r2OperationsAdaptiveGroups": [
            row("GetObject", 7), row("PutObject", 3), row("DeleteObject", 9), row("Odd", 1),
        ],
        "r2StorageAdaptiveGroups": [
            {
                "max": {"payloadSize": 10, "metadataSize": 1},
                "dimensions": {"date": "2026-11-27", "bucketName": name},
            }
            for name in ("a", "a", "b")
        ],
    }  # fmt: skip
    use = read_stores({"viewer": {"accounts": [account]}})
    day = date(2026, 11, 27)
    assert (use.kv_reads[day], use.kv_writes[day]) == (5, 3)
    assert (use.r2_reads[day], use.r2_writes[day]) == (7, 4)
    assert use.r2_bytes[day] == 22
    assert read_stores({"viewer": None}).kv_reads == {}


def test_words() -> None:
    assert amount(1_234_567, "") == "1.2 million"
    assert amount(190_000, "") == "190 thousand"
    assert amount(0.066, "GB") == "0.07 GB"
    assert in_days(1) == "1 day"
    assert in_days(400) == "13 months"
    assert until(Forecast(40.0, 20.0, None, 28), limited=True) == "in 40 days (20 days or never)"
