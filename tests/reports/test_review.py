"""Delivery figures, forecasts, reviews that are overdue, and the error budget."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.postgres import PoolUse
from bot.forecasting import daily
from bot.runtime import Runtime
from bot.store import FinishedDeployment, Sample, Store
from bot.store.incidents_rows import Kind
from handlers.database.looks import size
from handlers.reports.delivery import delivery
from handlers.reports.forecasting import forecasts, line
from handlers.reports.result import Figure
from handlers.reports.reviewing import documents, objective
from handlers.scaling import usage
from tests.reports.made import MINUTE, MONDAY, WEEK
from tests.reports.past import happened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def deployed(
    after: timedelta, outcome: str = "succeeded", lead: timedelta | None = None
) -> FinishedDeployment:
    at = MONDAY + after
    return FinishedDeployment(
        "production", f"v{after}", at, "v0", outcome, "ana", None if lead is None else at - lead
    )


def test_the_four_figures_are_those_of_a_second_computation(store: Store) -> None:
    leads = [30 * MINUTE, 5 * HOUR, 26 * HOUR, None]
    found = [
        deployed(10 * HOUR, lead=leads[0]),
        deployed(30 * HOUR, "rolled back", leads[1]),
        deployed(50 * HOUR, "failed", leads[2]),
        deployed(70 * HOUR, lead=leads[3]),
        deployed(90 * HOUR),
    ]
    happened(store, "After a deployment", after=70 * HOUR + 59 * MINUTE, minutes=20)
    happened(store, "Too late for it", after=91 * HOUR + MINUTE, minutes=90)
    happened(store, "Before it", after=10 * HOUR - MINUTE, minutes=50)
    happened(store, "Practice", after=10 * HOUR + MINUTE, kind=Kind.DRILL)
    happened(store, "Secret", after=90 * HOUR + MINUTE, private=True)
    past = store.incident_history.touching(MONDAY, MONDAY + WEEK)
    frequency, lead, failures, restore = delivery(
        (found, past, WEEK), ((), (), WEEK), HOUR, MONDAY - WEEK
    )
    assert frequency.value == pytest.approx(4)  # the failed one did not come live
    assert frequency.before == pytest.approx(0)
    known = [each / HOUR for each in leads if each is not None]
    assert lead.value == pytest.approx(statistics.median(known))
    assert failures.value == pytest.approx(100 * 3 / 5)  # rolled back, failed, followed
    assert restore.value == pytest.approx(statistics.median([20, 90, 50]))
    assert (lead.before, failures.before, restore.before) == (None, None, None)


def test_without_any_deployment_nothing_is_claimed(store: Store) -> None:
    figures = delivery(((), (), WEEK), ((), (), WEEK), HOUR, None)
    assert [each.value for each in figures] == [None] * 4


@pytest.mark.parametrize(
    ("values", "limit", "days"),
    [
        ([10.0 + 2 * day for day in range(30)], 80.0, 6),  # at 68 today, two a day
        ([50.0] * 30, 80.0, None),
        ([80.0 - day for day in range(30)], 90.0, None),  # falls
        ([95.0] * 30, 90.0, 0),  # is there already
        ([10.0 + 0.01 * day for day in range(30)], 90.0, None),  # not within a year
    ],
)
def test_a_line_reaches_its_limit(values: list[float], limit: float, days: float | None) -> None:
    first = MONDAY.date() - (len(values) - 1) * DAY
    history = {first + day * DAY: value for day, value in enumerate(values)}
    found = line("x", "X", "%", history, limit, MONDAY)
    reached = None if found.reaches is None else (found.reaches - MONDAY) / DAY
    assert reached == (None if days is None else pytest.approx(days, abs=0.01))


def test_a_forecast_needs_a_week(runtime: Runtime, store: Store) -> None:
    def grown(days: int) -> None:
        store.samples.add(
            [
                Sample("production", "database_size", MONDAY - day * DAY, 4e9 - day * 1e7)
                for day in range(1, days + 1)
            ]
        )

    grown(6)
    assert forecasts(store, runtime.settings, "production", MONDAY) == ()
    grown(40)
    (found,) = forecasts(store, runtime.settings, "production", MONDAY)
    assert found.a_month == pytest.approx(3e8)
    assert found.reaches is not None
    assert (found.reaches - MONDAY) / DAY == pytest.approx(100, abs=1.5)  # 1 GB at 10 MB a day


def test_the_report_db_and_scale_name_the_same_day(runtime: Runtime, store: Store) -> None:
    noise = (0.0, 9e7, -4e7, 2e7, -8e7, 3e7)
    store.samples.add(
        [
            Sample("production", "database_size", MONDAY - day * DAY - hour * HOUR,
                   4e9 - day * 2e7 + noise[day % 6] + (6e8 if day == 5 else 0))
            for day in range(1, 26) for hour in (1, 9, 17)
        ]
    )  # fmt: skip
    settings = runtime.settings
    (report,) = forecasts(store, settings, "production", MONDAY)
    past = daily(store, settings, "production", "database_size", MONDAY)
    limit = settings.database.size_limit_gb * 1e9
    database = size.days_left(4e9, size.coming(past, limit), limit)
    scale = usage.storage(4e9, past, settings).forecast
    assert database is not None
    assert report.reaches is not None
    assert (report.reaches - MONDAY) / DAY == pytest.approx(database)
    assert scale.middle == pytest.approx(database)
    assert 30 < database < 70  # one odd day does not bend it: 1 GB at 20 MB a day


def test_the_report_and_scale_name_the_same_day_for_connections(
    runtime: Runtime, store: Store
) -> None:
    store.samples.add(
        [
            Sample("production", "database_connections", MONDAY - day * DAY - hour * HOUR,
                   70 - day + hour / 10)
            for day in range(1, 26) for hour in (1, 9, 17)
        ]
    )  # fmt: skip
    (report,) = forecasts(store, runtime.settings, "production", MONDAY)
    past = daily(store, runtime.settings, "production", "database_connections", MONDAY)
    scale = usage.connections(PoolUse(60, 100, 3, 0, 0.0, 0, "17"), past, runtime.settings)
    assert report.reaches is not None
    assert (report.reaches - MONDAY) / DAY == pytest.approx(scale.forecast.middle)


def test_documents_past_their_review(runtime: Runtime) -> None:
    playbooks, overdue = documents(runtime, datetime(2026, 11, 30, tzinfo=UTC))
    assert playbooks >= 16
    assert [each.name for each in overdue] == ["Operations & Maintenance Guide"]
    later = documents(runtime, datetime(2027, 12, 31, tzinfo=UTC))[1]
    assert len(later) == playbooks + 1


def test_the_error_budget_counts_what_was_checked() -> None:
    def uptime(value: float | None) -> Figure:
        return Figure("uptime", "", "%", value, None, 99.9, 99.5, True, 1, 1, "", "", "")

    month = 30 * DAY
    found = objective(99.9, uptime(99.95), month, month)
    assert found.allowed / MINUTE == pytest.approx(43.2)
    assert found.lost is not None
    assert found.lost / MINUTE == pytest.approx(21.6)
    assert found.left == pytest.approx(50)
    half = objective(99.9, uptime(99.95), month / 2, month)
    assert half.left == pytest.approx(75)
    gone = objective(99.9, uptime(99.0), month, month)
    assert gone.left == pytest.approx(-900)
    assert objective(99.9, uptime(None), timedelta(), month).left is None
