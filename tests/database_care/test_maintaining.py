"""The guide's lists by command and by schedule, each with a report that stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.sandbox.world import World
from bot.schedule import run_now
from bot.settings.database import window_open, window_opens
from bot.store.operation_rows import State
from handlers.database_care.maintaining.commands import JOBS
from tests.database_care.stage import caring, counted, holding, table, typed
from tests.database_care.test_treatments import shown


def test_windows_go_over_midnight_and_know_their_day() -> None:
    sunday = datetime(2026, 11, 29, tzinfo=UTC)
    for window, hour, opened in (
        ("01:00-05:00", 1, True), ("01:00-05:00", 5, False), ("", 12, True),
        ("22:00-02:00", 23, True), ("22:00-02:00", 1, True), ("22:00-02:00", 3, False),
        ("sun 01:00-05:00", 2, True), ("mon 01:00-05:00", 2, False),
        ("sat 22:00-02:00", 1, True), ("sun 22:00-02:00", 1, False),
    ):  # fmt: skip
        assert window_open(window, sunday + timedelta(hours=hour)) is opened, (window, hour)


def test_a_closed_window_says_when_it_opens_and_for_how_long() -> None:
    zone = ZoneInfo("Europe/Madrid")
    sunday = datetime(2026, 11, 29, 12, 0, tzinfo=zone)
    for window, opens, hours in (
        ("01:00-05:00", "Mon 30 01:00", 4), ("22:00-02:00", "Sun 29 22:00", 4),
        ("sun 01:00-05:00", "Sun 06 01:00", 4), ("sat 13:30-14:30", "Sat 05 13:30", 1),
    ):  # fmt: skip
        found = window_opens(window, sunday)
        assert found is not None
        assert (f"{found[0]:%a %d %H:%M}", found[1]) == (opens, timedelta(hours=hours)), window
    assert window_opens("", sunday) is None
    # By the clock on the wall, also where it is set back in between.
    before = datetime(2026, 10, 24, 12, 0, tzinfo=zone)
    found = window_opens("04:00-05:00", before)
    assert found is not None
    assert found[0].astimezone(UTC).hour == 3


async def test_the_daily_list_by_schedule_ends_in_a_report(world: World, tmp_path: Path) -> None:
    daily = next(job for job in JOBS if job.name == "database-daily")
    async with caring(world, tmp_path) as house, table(world, "spoilt", rows=2_000) as one:
        await one.execute("DELETE FROM spoilt WHERE id > 500")
        await counted(one, "spoilt")
        runtime = house.dispatcher.runtime
        outcome, detail = await run_now(runtime, daily, runtime.now())
        assert outcome == "succeeded", detail
        assert "Daily database maintenance in" in detail
        assert "dead rows removed" in detail
        record = house.store.operations.newest(1)[0]
        assert (record.state, record.request.command) == (State.SUCCEEDED, "db maintain")
        assert record.request.person_name == "the schedule"
        treated = house.store.maintenance_records.of(record.id)
        assert "public.spoilt" in {each.target for each in treated}
        listed = shown(await typed(house, "schedule list"))
        assert "database-weekly" in listed
        assert "database-monthly" in listed


async def test_a_part_that_fails_keeps_none_of_the_others_back(
    world: World, tmp_path: Path
) -> None:
    async with caring(world, tmp_path, lock_seconds=0.05) as house:
        world.faults.switch("storage_refuses", True)
        await world.settled()
        async with table(world, "spoilt", rows=10), holding(world, "spoilt", "ROW EXCLUSIVE"):
            reply = await typed(house, "db maintain weekly")
        world.faults.clear()
        await world.settled()
        assert "4 of 4 parts" in reply.text, reply.text
        assert "2 parts need a look" in reply.text, reply.text
        assert "access keys may not use it" in shown(reply)
        assert "not done: public.spoilt" in shown(reply)


async def test_the_monthly_list_wants_an_approval_by_hand(world: World, tmp_path: Path) -> None:
    await world.reset(rows=True)
    async with caring(world, tmp_path) as house:
        assert "needs a reason" in (await typed(house, "db maintain monthly")).text
        reply = await typed(house, 'db maintain monthly --reason "the first" --break-glass')
        assert "3 of 3 parts" in reply.text, reply.text
        assert "rows archived" in shown(reply)
        assert "missing of the guide" in shown(reply)
        assert house.store.database_archives.newest(10)
    await world.reset(rows=True)
