"""Schedules: seen, run now, paused and resumed, from Slack and from a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.blocks import clip
from bot.command import Feature, Invocation, Person, Surface
from bot.errors import Unreachable
from bot.jobs import Job
from bot.runtime import Runtime
from bot.sandbox.workspace import ANA, OMAR, OPS, VIC
from bot.sandbox.workspace.validation import check_message
from bot.schedule import run_due, run_now
from handlers import operations, schedules
from handlers.schedules.commands import split
from handlers.schedules.operations import read, rhythm
from handlers.schedules.result import Ran, Schedule, Schedules, Standing
from handlers.schedules.views import ran_reply, schedules_reply
from tests.house.real_bot import RealBot, real_bot
from tests.sandbox.workspace.stage import until

FEATURES = (operations.FEATURE, schedules.FEATURE)
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@dataclass
class Work:
    """What the jobs under test do."""

    down: bool = False
    done: list[datetime] = field(default_factory=list)

    async def report(self, _runtime: Runtime, due: datetime) -> str:
        if self.down:
            raise Unreachable("The database does not answer.", "Try later.")
        self.done.append(due)
        return "3 reports were <written>."


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
async def bot(tmp_path: Path, work: Work) -> AsyncIterator[RealBot]:
    jobs = (
        Job("morning report", "Morning report", lambda _: "0 9 * * *", work.report),
        Job("quick-look", "Quick look", lambda _: timedelta(seconds=15), work.report, quiet=True),
        Job("never", "Never", lambda _: None, work.report),
    )
    async with real_bot(tmp_path, *FEATURES, Feature("w", "W", jobs=jobs)) as started:
        started.runtime.clock = lambda: NOON
        yield started


async def test_the_list_says_when_and_what_came_of_it(bot: RealBot, work: Work) -> None:
    vic = bot.actor(VIC)
    await vic.types("/pitchey schedule")
    shown = await vic.sees_message("2 schedules: none failed, none is paused")
    text = str(shown.blocks)
    assert "has not run yet" in text
    assert "quick-look" not in text
    assert f"<!date^{int(NOON.timestamp()) + 21 * 3600}" in text
    await vic.presses("Show all")
    await vic.sees("every 15 seconds")
    work.down = True
    await run_now(bot.runtime, bot.runtime.catalogue.jobs[0], NOON)
    await vic.sees("Morning report failed: The database does not answer.")
    await vic.types("/pitchey schedule list")
    shown = await vic.sees_message("1 of 2 schedules failed in its last run")
    assert "The database does not answer." in str(shown.blocks[1])


async def test_run_now_is_confirmed_runs_and_is_audited(bot: RealBot, work: Work) -> None:
    omar = bot.actor(OMAR)
    await omar.types("/pitchey schedule run morning report")
    asked = await omar.sees("Morning report")
    assert "once, now" in str(asked.blocks)
    await omar.presses("Run schedule run", confirming="Yes, change it")
    await omar.sees("ran in")
    await until(lambda: work.done)
    assert work.done == [NOON]
    await until(
        lambda: any(
            entry.command == "schedule run" and entry.outcome == "succeeded"
            for entry in bot.audited()
        )
    )
    record = bot.house.store.schedules.find("morning report")
    assert record is not None
    assert (record.outcome, record.detail) == ("succeeded", "3 reports were <written>.")


@pytest.mark.both_engines
async def test_a_pause_is_told_holds_and_ends(bot: RealBot, work: Work) -> None:
    omar, ana, job = bot.actor(OMAR), bot.actor(ANA), bot.runtime.catalogue.jobs[0]
    await omar.types("/pitchey schedule pause morning report for 2d")
    await omar.sees("Morning report is paused by omar, until")
    await ana.sees("Morning report is paused by omar", anytime=True)
    bot.runtime.clock = lambda: NOON + timedelta(days=1)
    assert not await run_due(bot.runtime, job)
    await ana.types("/pitchey schedule")
    await ana.sees("1 of 2 schedules paused")
    await omar.types("/pitchey schedule pause morning report")
    await omar.sees("Morning report is paused already, by omar.")
    await ana.presses("Resume")
    await ana.sees("Morning report runs again, next")
    assert await run_due(bot.runtime, job)
    await ana.types("/pitchey schedule resume morning report")
    await ana.sees("Morning report is not paused.")
    assert work.done


async def test_a_pause_with_an_end_ends_by_itself(bot: RealBot) -> None:
    await bot.actor(OMAR).types("/pitchey schedule pause quick-look for 90s")
    await bot.actor(OMAR).sees("Quick look is paused", anytime=True)
    (paused,) = [one for one in read(bot.runtime, everything=False).shown if one.paused_by]
    assert paused.next_at == NOON + timedelta(seconds=105)
    bot.runtime.clock = lambda: NOON + timedelta(seconds=90)
    assert all(not one.paused_by for one in read(bot.runtime, everything=True).shown)


@pytest.mark.parametrize("act", ["run", "pause", "resume"])
async def test_a_misspelled_name_is_offered_right(bot: RealBot, act: str) -> None:
    omar = bot.actor(OMAR)
    await omar.types(f"/pitchey schedule {act} mornin-report")
    await omar.sees("There is no schedule mornin-report.")
    await omar.sees("Did you mean morning report?")
    await omar.types(f"/pitchey schedule {act}")
    await omar.sees("job")


async def test_only_operators_change_schedules(bot: RealBot) -> None:
    vic = bot.actor(VIC)
    for act in ("run", "pause", "resume"):
        await vic.types(f"/pitchey schedule {act} morning report")
        await vic.sees(f"Refused: schedule {act} needs the role operator")


async def test_what_runs_is_not_started_again(bot: RealBot, work: Work) -> None:
    store = bot.house.store.schedules
    store.know("morning report", NOON)
    store.started("morning report", NOON, NOON - timedelta(seconds=5))
    omar = bot.actor(OMAR)
    await omar.types("/pitchey schedule run morning report")
    await omar.sees("Morning report runs right now.")
    assert work.done == []
    bot.runtime.clock = lambda: NOON + timedelta(hours=1)  # it was cut off
    (one,) = [x for x in read(bot.runtime, everything=False).shown if x.name == "morning report"]
    assert one.standing is Standing.WAITING


async def test_a_terminal_reads_and_pauses_too(bot: RealBot) -> None:
    def asked(line: str) -> Invocation:
        return Invocation("P-1", Person("terminal:root", "root"), Surface.TERMINAL, line)

    reply = await bot.runtime.run(asked("schedule pause never"))
    assert reply.text.startswith(":double_vertical_bar: Never is paused by root")
    await until(
        lambda: any("Never is paused" in one.text for one in bot.workspace.everything(OPS, ANA))
    )
    reply = await bot.runtime.run(asked("schedule --all"))
    assert isinstance(reply.data, Schedules)
    assert [one.name for one in reply.data.shown if one.standing is Standing.PAUSED] == ["never"]


@pytest.mark.parametrize(
    ("typed", "name", "lasting"),
    [
        ("forget-old", "forget-old", ""),
        ("forget-old for 2h", "forget-old", "2h"),
        ("playbook drill 2h", "playbook drill", "2h"),
        ("playbook drill", "playbook drill", ""),
        ("playbook drill for ever", "playbook drill", "ever"),
    ],
)
def test_a_name_and_a_duration_are_told_apart(typed: str, name: str, lasting: str) -> None:
    assert split(typed) == (name, lasting)


def test_rhythms_in_words() -> None:
    said = [rhythm(timedelta(**one)) for one in (
        {"seconds": 15}, {"seconds": 90}, {"minutes": 1}, {"hours": 2}, {"days": 1},
    )]  # fmt: skip
    assert said == ["every 15 seconds", "every 90 seconds", "every minute", "every 2 hours",
                    "every day"]  # fmt: skip
    assert rhythm("0 9 * * *") == "every day at 09:00"
    assert rhythm("30 7 * * mon") == "every Monday at 07:30"
    assert rhythm("0 9 * * mon-fri") == "every weekday at 09:00"
    assert rhythm("0 10 1 * *") == "on day 1 of each month at 10:00"
    for unusual in ("*/5 * * * *", "0 10 1 * mon", "0 9 * * 1-5", "0 9 * * xyz"):
        assert rhythm(unusual) == f"at `{unusual}`"
    assert rhythm(None) == "off in the settings"


def test_the_longest_list_is_one_that_slack_takes() -> None:
    many = tuple(
        Schedule(f"job-{n}", "<!channel> & `t` " * 5, "every minute", standing, NOON, NOON,
                 "<d> & " * 200, "*omar*", NOON)
        for n, standing in enumerate(list(Standing) * 20)
    )  # fmt: skip
    reply = schedules_reply(Schedules(many, 7, "Europe/London"))
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
    assert "<!channel>" not in clip(str(reply.blocks), 10**6)
    failed = ran_reply(Ran("a", "A", False, "It broke.", 1.25))
    assert failed.text == ":x: A failed after 1.2 s"
    assert failed.exit_code == 1
