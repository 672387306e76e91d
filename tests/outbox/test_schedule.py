"""What is due is run once, by one process, and caught up after a downtime or a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients import Clients
from bot.command import Catalogue
from bot.dispatch import Dispatcher
from bot.errors import OpsError
from bot.jobs import Job, due_before, next_due
from bot.observability import Observability
from bot.redaction import Redactor
from bot.runtime import Runtime
from bot.schedule import Schedule, run_due, run_now
from bot.settings import Settings
from bot.store import Store

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(settings: Settings, store: Store, clock: Clock) -> Runtime:
    clients = Clients.connect(settings)
    made = Dispatcher(
        settings, clients, store, Catalogue(()), Redactor([]), Observability()
    ).runtime
    made.clock = clock
    return made


def job(ran: list[datetime], when: str | timedelta = "0 9 * * *", fails: bool = False) -> Job:
    async def run(_runtime: Runtime, due: datetime) -> str:
        ran.append(due)
        if fails:
            raise OpsError("The disk is full.")
        return "Done."

    return Job("nine", "The nine o'clock job", lambda _settings: when, run)


@pytest.mark.parametrize(
    ("since", "now", "due"),
    [
        (-DAY, timedelta(0), timedelta(0)),
        (-DAY, timedelta(seconds=-1), None),
        (timedelta(0), timedelta(hours=23), None),
        (timedelta(0), timedelta(days=3, hours=5), timedelta(days=3)),
    ],
)
def test_the_newest_due_time(since: timedelta, now: timedelta, due: timedelta | None) -> None:
    found = due_before("0 9 * * *", "UTC", MONDAY + since, MONDAY + now)
    assert found == (None if due is None else MONDAY + due)


def test_nine_is_nine_in_summer_and_in_winter() -> None:
    summer, winter = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    found = [due_before("0 9 * * *", "Europe/Berlin", at - DAY, at) for at in (summer, winter)]
    assert [each.hour for each in found if each] == [7, 8]
    assert next_due("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC))


def test_intervals_are_the_same_in_every_process() -> None:
    every = timedelta(minutes=5)
    assert due_before(every, "UTC", MONDAY - DAY, MONDAY + timedelta(seconds=299)) == MONDAY
    assert next_due(every, "UTC", MONDAY) == MONDAY + every


async def test_run_once_a_day_and_caught_up(runtime: Runtime, clock: Clock) -> None:
    ran: list[datetime] = []
    nine = job(ran)
    assert await run_due(runtime, nine)  # the very moment it was first known is its first time
    assert not await run_due(runtime, nine)
    clock.now = MONDAY + timedelta(hours=23)
    assert not await run_due(runtime, nine)
    clock.now = MONDAY + timedelta(days=3, hours=5)  # down for three days: the newest time, late
    assert await run_due(runtime, nine)
    assert not await run_due(runtime, nine)
    assert ran == [MONDAY, MONDAY + 3 * DAY]
    known = runtime.store.schedules.find("nine")
    assert known is not None
    assert (known.outcome, known.detail, known.due) == ("succeeded", "Done.", MONDAY + 3 * DAY)


async def test_what_was_cut_off_is_run_again(runtime: Runtime, clock: Clock) -> None:
    ran: list[datetime] = []
    nine = job(ran)
    runtime.store.schedules.know("nine", MONDAY - timedelta(hours=1))
    assert runtime.store.firings.claim("nine", MONDAY, MONDAY)
    runtime.store.schedules.started("nine", MONDAY, MONDAY)
    clock.now = MONDAY + timedelta(minutes=5)
    assert not await run_due(runtime, nine)
    clock.now = MONDAY + timedelta(minutes=11)
    assert await run_due(runtime, nine)
    assert ran == [MONDAY]


async def test_a_paused_job_is_left_out(runtime: Runtime, clock: Clock) -> None:
    ran: list[datetime] = []
    nine = job(ran)
    runtime.store.schedules.know("nine", MONDAY)
    assert runtime.store.schedules.pause("nine", "Ana", MONDAY, MONDAY + DAY)
    assert not runtime.store.schedules.pause("nine", "Omar", MONDAY)
    assert not await run_due(runtime, nine)
    clock.now = MONDAY + DAY + timedelta(minutes=1)
    assert await run_due(runtime, nine)
    assert ran == [MONDAY + DAY]


async def test_a_failure_is_told_once_until_it_succeeds(runtime: Runtime, clock: Clock) -> None:
    ran: list[datetime] = []
    for _ in range(3):
        outcome, detail = await run_now(runtime, job(ran, fails=True), clock.now)
        clock.now += DAY
        assert (outcome, detail) == ("failed", "The disk is full.")
    assert runtime.store.outbox.counts().waiting == 1


def test_a_claim_is_one_process_s(store: Store) -> None:
    assert store.firings.claim("job", MONDAY)
    assert not store.firings.claim("job", MONDAY)
    assert store.firings.claim("job", MONDAY + timedelta(days=1))
    assert store.firings.claim("other", MONDAY)


async def test_what_a_stopped_copy_had_begun_is_run_by_another_at_once(
    runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    begun, finished = asyncio.Event(), []

    async def long(_runtime: Runtime, due: datetime) -> str:
        begun.set()
        await asyncio.sleep(30)
        return "Done."

    async def short(_runtime: Runtime, due: datetime) -> str:
        finished.append(due)
        return "Done."

    def nine(run: Callable[[Runtime, datetime], Awaitable[str]]) -> Job:
        return Job("nine", "The nine o'clock job", lambda _settings: "0 9 * * *", run)

    runtime.store.presence.sign_in("bot")
    leaving = Schedule(runtime, (nine(long),))
    leaving.start()
    await begun.wait()
    other = second(runtime, settings)
    going_on = Schedule(other, (nine(short),))
    await going_on.look_at_abandoned()
    await leaving.aclose(0.05)
    await going_on.look_at_abandoned()
    await going_on.aclose()
    other.store.close()
    assert finished == [MONDAY]
    assert runtime.store.firings.finished("nine", MONDAY)


@pytest.mark.both_engines
async def test_what_a_killed_copy_had_begun_is_run_unless_its_time_is_over(
    runtime: Runtime, clock: Clock
) -> None:
    ran: list[datetime] = []
    firings = runtime.store.firings
    runtime.store.presence.sign_in("bot")
    for name in ("nine", "gone"):
        runtime.store.schedules.know(name, MONDAY - DAY)
        for due in (MONDAY - DAY, MONDAY):
            assert firings.claim(name, due, due, by="bot-dead")
    schedule = Schedule(runtime, (job(ran),))
    clock.now = MONDAY + timedelta(seconds=15)
    await schedule.look_at_abandoned()
    await schedule.aclose()
    assert ran == [MONDAY]
    assert firings.unfinished() == ()


def second(runtime: Runtime, settings: Settings) -> Runtime:
    """Another process on the same store."""
    store = Store.open(settings.store.path)
    store.presence.sign_in("bot")
    made = Dispatcher(
        settings, runtime.clients, store, Catalogue(()), Redactor([]), Observability()
    ).runtime
    made.clock = runtime.clock
    return made
