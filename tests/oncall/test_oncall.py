"""Who is on call: turns, handovers across clock changes, overrides, and the commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.command import Person
from bot.oncall import callees, duty, following, handover
from bot.settings.oncall import Oncall, OncallLevel
from bot.store import Override
from tests.alerts.stage import Night, night

BERLIN = "Europe/Berlin"
ANA, OMAR, RITA = "U0ANA00001", "U0OMAR0001", "U0RITA0001"
WEEKLY = OncallLevel(level="L1", rotation=(ANA, OMAR, RITA), begins=date(2026, 1, 5))
SETTINGS = Oncall(levels=(WEEKLY, OncallLevel(level="L2", people=(OMAR, "@oncall"))))


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def stand_in(number: int, starts: datetime, ends: datetime, who: str = RITA) -> Override:
    return Override(number, "L1", Person(who, "x"), starts, ends, Person(ANA, "ana"))


def on(moment: datetime, *overrides: Override) -> str:
    return duty(SETTINGS, overrides, "L1", moment, BERLIN).holders[0]


def test_turns_change_on_monday_at_nine_there_in_winter_and_summer() -> None:
    assert on(local(2026, 1, 5, 9)) == ANA
    assert on(local(2026, 1, 12, 8, 59)) == ANA
    assert on(local(2026, 1, 12, 9)) == OMAR
    # The clocks go forward on 29 March and back on 25 October.
    for monday in (date(2026, 3, 30), date(2026, 10, 26)):
        before, after = (
            local(monday.year, monday.month, monday.day, 8, 59),
            local(monday.year, monday.month, monday.day, 9),
        )
        assert on(before) != on(after)
        assert handover(WEEKLY, before, BERLIN) == after


@pytest.mark.parametrize("hour", range(24))
def test_every_hour_of_a_clock_change_belongs_to_one_turn(hour: int) -> None:
    daily = OncallLevel(level="L1", rotation=(ANA, OMAR), turn_days=1, handover_hour=hour)
    for start in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        ends = [
            handover(daily, start + timedelta(minutes=30 * step), BERLIN) for step in range(144)
        ]
        assert ends == sorted(ends)
        for step, end in enumerate(ends):
            moment = start + timedelta(minutes=30 * step)
            assert moment < end <= moment + timedelta(hours=25)


@given(st.integers(1_577_836_800, 2_051_222_400))
def test_whoever_is_on_call_stays_so_until_the_handover(since_1970: int) -> None:
    moment = datetime.fromtimestamp(since_1970, UTC)
    held = duty(SETTINGS, (), "L1", moment, BERLIN)
    assert held.until is not None
    assert on(held.until - timedelta(seconds=1)) == held.holders[0]
    after = following(SETTINGS, (), "L1", moment, BERLIN)
    assert after is not None
    assert after.holders[0] == on(held.until) != held.holders[0]


def test_an_override_holds_from_its_start_to_its_end_and_the_newest_wins() -> None:
    begins, ends = local(2026, 1, 6, 18), local(2026, 1, 7, 6)
    first, second = stand_in(1, begins, ends), stand_in(2, begins, ends, OMAR)
    assert on(begins - timedelta(seconds=1), first) == ANA
    assert on(begins, first) == RITA
    assert on(begins, first, second) == OMAR
    assert on(ends, first, second) == ANA


def test_who_is_next_counts_overrides_that_come_and_end() -> None:
    begins, ends = local(2026, 1, 6, 18), local(2026, 1, 7, 6)
    override = stand_in(1, begins, ends)
    before = following(SETTINGS, (override,), "L1", local(2026, 1, 6, 12), BERLIN)
    during = following(SETTINGS, (override,), "L1", begins, BERLIN)
    assert before is not None
    assert before.holders == (RITA,)
    assert during is not None
    assert during.holders == (ANA,)
    same = stand_in(1, begins, ends, ANA)
    after = following(SETTINGS, (same,), "L1", begins, BERLIN)
    assert after is not None
    assert after.holders == (OMAR,)


def test_levels_without_a_rotation_are_always_the_same() -> None:
    now = local(2026, 5, 1, 1)
    held = duty(SETTINGS, (), "L2", now, BERLIN)
    assert (held.holders, held.until) == ((OMAR, "@oncall"), None)
    assert following(SETTINGS, (), "L2", now, BERLIN) is None
    assert duty(SETTINGS, (), "L9", now, BERLIN).holders == ()


def test_settings_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValidationError, match="name one of the two"):
        OncallLevel(level="L1", people=(ANA,), rotation=(OMAR,))
    with pytest.raises(ValidationError, match="names a level twice"):
        Oncall(levels=(WEEKLY, WEEKLY))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Night]:
    rotation = '[[oncall.levels]]\nlevel = "L1"\nrotation = ["U0ANA00001", "U0OMAR0001"]\n'
    with night(tmp_path, f'{rotation}[team]\ntimezone = "{BERLIN}"\n') as staged:
        yield staged


@pytest.mark.both_engines
async def test_somebody_stands_in_and_is_called_in_place_of_the_rest(stage: Night) -> None:
    before = await callees(stage.runtime, "L1", stage.now)
    reply = await stage.types("oncall override U0RITA0001 for 8h")
    assert "<@U0RITA0001> is on call for L1" in reply.text
    assert (await callees(stage.runtime, "L1", stage.now)).mentions == "<@U0RITA0001>"
    assert "U0RITA0001" in (await stage.types("oncall")).text
    stage.passes(hours=8)
    assert (await callees(stage.runtime, "L1", stage.now)).people == before.people
    await stage.types("oncall override U0RITA0001 for 1d level L1")
    assert "was ended" in (await stage.types("oncall end")).text
    assert (await callees(stage.runtime, "L1", stage.now)).people == before.people


async def test_a_stand_in_survives_a_restart_and_may_begin_later(stage: Night) -> None:
    await stage.types("oncall override U0RITA0001 in 2h for 1h level L2")
    stage.reopen()
    assert (await callees(stage.runtime, "L2", stage.now)).mentions == ""
    assert "Planned" in str((await stage.types("oncall")).blocks)
    stage.passes(hours=2)
    assert (await callees(stage.runtime, "L2", stage.now)).mentions == "<@U0RITA0001>"


async def test_contacts_show_the_levels_and_the_providers(stage: Night) -> None:
    words = str((await stage.types("contacts")).blocks)
    for wanted in ("L4 External Support", "within 2 h", "Neon DB", "Business Hours", "24/7",
                   "https://support.cloudflare.com"):  # fmt: skip
        assert wanted in words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("oncall override ana for 8h", "is a person"),
        ("oncall override U0RITA0001 for ever", "not a length of time"),
        ("oncall override U0RITA0001 for 0h", "from 1 minute"),
        ("oncall override U0RITA0001 for 8h level L9", "is no level"),
        ("oncall override U0RITA0001 level L1", "For how long"),
        ("oncall override U0RITA0001", "needs `how`"),
        ("oncall end L9", "no level"),
        ("oncal", "Did you mean `oncall`"),
    ],
)
async def test_bad_input(stage: Night, line: str, told: str) -> None:
    reply = await stage.types(line)
    assert reply.outcome == "not understood"
    assert told in f"{reply.text} {reply.blocks}"
    assert stage.house.store.oncall.current(stage.now) == ()
