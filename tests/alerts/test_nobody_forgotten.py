"""Where somebody could be left uncalled, or called for nothing: storms, silences, snoozes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.settings.alerts import guide_rules
from handlers.alerts.phrases import pattern_of, snooze_end
from tests.alerts.stage import Night, night

ONCALL = """
[[oncall.levels]]
level = "L1"
people = ["U0OMAR0001"]
[[oncall.levels]]
level = "L2"
people = ["U0RITA0001"]
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Night]:
    with night(tmp_path, ONCALL) as staged:
        yield staged


async def storm(stage: Night, names: range) -> None:
    for name in names:
        stage.house.store.alerts.raise_external(
            "cloudflare", f"zone-{name}", f"Zone {name} fails", "critical", "5xx", stage.now
        )
    await stage.tell()


async def wait(stage: Night, minutes: int) -> None:
    for _ in range(minutes):
        stage.passes(minutes=1)
        await stage.tell()


def over(stage: Night, names: range) -> None:
    for name in names:
        assert stage.house.store.alerts.resolve_external("cloudflare", f"zone-{name}", stage.now)


async def test_what_comes_back_after_its_storm_is_told_and_called_for(stage: Night) -> None:
    await storm(stage, range(6))
    await stage.types("alerts acknowledge ST-1")
    stage.passes(minutes=15)
    over(stage, range(6))
    await stage.tell()
    stage.passes(minutes=5)
    await storm(stage, range(1))
    await wait(stage, 1)
    (alert,) = stage.open
    assert (alert.episode, alert.storm) == (2, None)
    assert "Critical: Zone 0 fails" in stage.texts("alert:1")[0]
    assert "<@U0OMAR0001>" in stage.texts("alert:1:call:1")[0]


async def test_many_that_come_back_are_one_storm_again(stage: Night) -> None:
    await storm(stage, range(12))
    stage.passes(minutes=15)
    over(stage, range(12))
    await stage.tell()
    await storm(stage, range(12))
    assert stage.outbox("alert:") == []
    assert len(stage.outbox("alert-storm:2:call:")) == 1


async def test_one_of_a_storm_is_snoozed_and_called_for_afterwards(stage: Night) -> None:
    await storm(stage, range(6))
    await stage.types("alerts snooze AL-3 1h")
    await stage.types("alerts acknowledge ST-1")
    await stage.types("alerts snooze AL-4 1h")
    await wait(stage, 62)
    calls = stage.texts("alert:4:call:")
    assert len(calls) == 1
    assert "AL-4" in calls[0]
    assert "<@U0OMAR0001>" in calls[0]


async def test_what_joins_a_storm_that_nobody_waits_for_calls_the_first_level(
    stage: Night,
) -> None:
    await storm(stage, range(6))
    await stage.types("alerts acknowledge ST-1")
    await wait(stage, 2)
    await storm(stage, range(6, 8))
    calls = stage.texts("alert-storm:1:call:")
    assert len(calls) == 2
    assert "<@U0OMAR0001>" in calls[1]
    await wait(stage, 1)
    assert any("2 of 8 alerts fire" in text for text in stage.texts("alert-storm:1:"))
    over(stage, range(8))
    await wait(stage, 3)
    await storm(stage, range(8, 9))
    assert len(stage.texts("alert-storm:1:call:1")) == 3


async def test_what_joins_a_storm_that_is_climbing_calls_nobody_anew(stage: Night) -> None:
    await storm(stage, range(6))
    await wait(stage, 5)
    await storm(stage, range(6, 9))
    await wait(stage, 5)
    assert len(stage.outbox("alert-storm:1:call:")) == 1
    await wait(stage, 6)
    assert "<@U0RITA0001>" in stage.texts("alert-storm:1:call:2")[0]


async def test_a_maintenance_window_keeps_a_storm_and_reminders_quiet(stage: Night) -> None:
    await storm(stage, range(6))
    await stage.types("alerts acknowledge AL-1")
    await stage.types("alerts maintenance for 2h moving house")
    await wait(stage, 119)
    assert len(stage.outbox("alert-storm:1:call:")) == 1
    assert [each for each in stage.outbox() if ":remind:" in each.key] == []
    await wait(stage, 3)
    assert len(stage.outbox("alert-storm:1:call:")) == 2
    assert len([each for each in stage.outbox() if ":remind:" in each.key]) == 1


async def test_a_clock_set_back_leaves_a_new_storm_its_own(stage: Night) -> None:
    await storm(stage, range(6))
    over(stage, range(6))
    stage.passes(days=-2)
    await storm(stage, range(10, 16))
    assert "6 alerts" in stage.texts("alert-storm:2")[0]
    assert len(stage.outbox("alert-storm:2:call:")) == 1


async def test_ending_a_silence_before_it_begins_silences_nothing(stage: Night) -> None:
    await stage.types("alerts maintenance in 2h for 1h migration")
    await stage.types("alerts unsilence 1")
    stage.passes(minutes=1)
    for hours in (0, 1, 2):
        rules = stage.house.store.alert_rules.silences(stage.now + timedelta(hours=hours), past=9)
        assert not any(each.holds(stage.now + timedelta(hours=hours)) for each in rules)
    await storm(stage, range(1))
    assert len(stage.outbox("alert:1:call:")) == 1


@pytest.mark.parametrize(
    ("word", "now", "until"),
    [
        ("morning", "2026-11-23 02:00", "2026-11-23 08:00"),  # 3 AM in Berlin
        ("morning", "2026-11-23 07:00", "2026-11-23 08:00"),
        ("morning", "2026-11-23 07:01", "2026-11-24 08:00"),
        ("morning", "2026-11-23 20:00", "2026-11-24 08:00"),
        ("morning", "2026-03-29 00:30", "2026-03-29 07:00"),  # clocks go forward that night
        ("tomorrow", "2026-11-23 02:00", "2026-11-24 08:00"),
        ("Morning", "2026-10-25 00:30", "2026-10-25 08:00"),  # and back
    ],
)
def test_until_nine_is_the_next_nine(word: str, now: str, until: str) -> None:
    then = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert f"{snooze_end(word, then, 'Europe/Berlin'):%Y-%m-%d %H:%M}" == until


@pytest.mark.parametrize("text", ["SLO*W", "x*", "[", "[!A-Z]*", "?"])
def test_a_pattern_that_covers_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"nothing would be silenced|is no rule"):
        pattern_of(text, guide_rules(), ("CLOUDFLARE",))


@pytest.mark.parametrize(
    "text", ["*", "slow_*", "ERROR_BUDGET*", "?LOW_RESPONSE", "NO_*", "CLOUD*"]
)
def test_a_pattern_that_covers_something_is_taken(text: str) -> None:
    assert pattern_of(text, guide_rules(), ("CLOUDFLARE",)) == text.upper()


async def test_one_bad_check_of_a_new_bot_is_no_outage_of_three_days(stage: Night) -> None:
    await stage.minutes(2, "uptime", 1.0)
    stage.sample("uptime", 0.0, at=stage.now + timedelta(seconds=30))
    stage.passes(minutes=1)
    await stage.look()
    assert not [alert for alert in stage.open if "BUDGET" in alert.problem.rule]
    await stage.minutes(10, "uptime", 0.0, every=5)
    burning = {alert.problem.rule for alert in stage.open if "BUDGET" in alert.problem.rule}
    assert len(burning) == 3  # eleven minutes are 28 times too much for six hours, too


async def test_a_metric_given_up_does_not_say_that_it_is_well(stage: Night) -> None:
    stage.runtime.started_at = stage.now - timedelta(days=1)
    stage.sample("response_time", 300.0)
    stage.passes(minutes=40)
    await stage.look()
    assert [alert.problem.rule for alert in stage.open] == ["NO_DATA"]
    stage.passes(days=8)
    await stage.look()
    assert stage.open == ()
    ended = stage.house.store.alerts.find(1)
    assert ended is not None
    assert "not sampled any more" in ended.resolver


async def test_what_nobody_has_taken_is_listed_before_a_storm_that_somebody_has(
    stage: Night,
) -> None:
    await storm(stage, range(6))
    await stage.types("alerts acknowledge ST-1")
    stage.passes(minutes=20)
    await storm(stage, range(6, 7))
    told = str((await stage.types("alerts")).blocks)
    assert 0 < told.index("AL-7") < told.index("List ST-1")


async def test_a_test_alert_is_not_counted_as_one_that_fires(stage: Night) -> None:
    await stage.types("alerts test high_error_rate")
    reply = await stage.types("alerts")
    assert reply.text == ":white_check_mark: No alert is open; 1 test alert is open."
    assert "AL-1" in str(reply.blocks)
    assert reply.exit_code == 0


async def test_a_small_storm_names_each_alert_once_and_who_took_it(stage: Night) -> None:
    await storm(stage, range(6))
    (first,) = [each for each in stage.outbox("alert-storm:1") if each.key == "alert-storm:1"]
    assert str(first.blocks).count("Zone 3 fails") == 1
    assert "Zone 0 fails, and 5 more" in str(first.blocks)  # what an incident would be called
    await stage.types("alerts acknowledge ST-1")
    await wait(stage, 1)
    assert "Storm acknowledged by <@U0ANA00001>" in stage.texts("alert-storm:1:")[-1]
    again = await stage.types("alerts acknowledge ST-1")
    assert again.text == ":eyes: Nothing of ST-1 waits to be acknowledged: <@U0ANA00001> did."


@pytest.mark.parametrize("private", [False, True])
async def test_an_alert_names_the_incident_about_it_and_keeps_a_private_one(
    stage: Night, private: bool
) -> None:
    await storm(stage, range(1))
    flag = "--private " if private else ""
    reply = await stage.types(f"incident declare {flag}--alert AL-1 --severity SEV3 Zone is down")
    assert reply.outcome == "succeeded", reply.text
    await wait(stage, 1)
    card = await stage.types("alerts show AL-1")
    assert ("Show INC-1" in str(card.blocks)) is not private
    assert ("Declare incident" in str(card.blocks)) is private


async def test_one_lost_packet_calls_nobody_and_three_do(stage: Night) -> None:
    await stage.minutes(90, "uptime", 1.0, every=10)
    stage.sample("uptime", 0.0, at=stage.now + timedelta(seconds=30))
    stage.passes(minutes=1)
    await stage.look()
    assert stage.open == ()  # though 1 of 61 is below 99.5 % and burns 16 times too fast
    for second in (10, 20):
        stage.sample("uptime", 0.0, at=stage.now + timedelta(seconds=second))
    stage.passes(minutes=1)
    await stage.look()
    rules = {alert.problem.rule for alert in stage.open}
    assert {"LOW_AVAILABILITY", "ERROR_BUDGET_FAST_BURN"} <= rules
