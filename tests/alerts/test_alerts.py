"""From samples to messages and calls, over the real store, by the clock of the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.command import Person
from bot.store import Raised, Sample
from handlers.alerts.looking import evaluate
from tests.alerts.stage import ANA, Night, night

BAD, GOOD = 1_500.0, 300.0
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


async def fire(stage: Night, minutes: int = 10) -> int:
    """Slow responses until SLOW_RESPONSE fires; the alert's number."""
    await stage.minutes(minutes, "response_time", BAD, every=5)
    (alert,) = stage.open
    return alert.number


async def test_one_problem_is_one_message_changed_in_place(stage: Night) -> None:
    number = await fire(stage)
    first, *edits = [each for each in stage.outbox("alert:1") if ":call:" not in each.key]
    assert first.text == ":warning: Warning: Responses are slow on production"
    assert (first.key, first.channel, first.update_of) == ("alert:1", "#alerts", "")
    assert {each.update_of for each in edits} == {"alert:1"}
    await stage.types(f"alerts acknowledge AL-{number} pool is full")
    await stage.tell()
    assert ":eyes: Acknowledged by ana" in stage.texts("alert:1")[-1]
    await stage.minutes(15, "response_time", GOOD, every=5)
    assert stage.open == ()
    assert ":white_check_mark: Resolved after" in stage.texts("alert:1")[-1]
    assert (
        len([each for each in stage.outbox() if not each.update_of and "call" not in each.key]) == 1
    )


async def test_looking_again_says_nothing_again(stage: Night) -> None:
    await fire(stage)
    before = [each.key for each in stage.outbox()]
    for _ in range(5):
        await stage.look()
    assert [each.key for each in stage.outbox()] == before


async def test_nobody_acknowledges_and_the_levels_are_called_once_each(stage: Night) -> None:
    await fire(stage)
    for _ in range(300):
        stage.passes(minutes=1)
        await stage.tell()
    calls = stage.outbox("alert:1:call")
    assert [each.thread_ts for each in calls] == ["key:alert:1"] * 5
    assert ["<@U0OMAR0001>" in calls[0].text, "<@U0RITA0001>" in calls[1].text] == [True, True]
    assert "nobody is named for L3" in calls[2].text
    assert "Nobody has answered" in calls[4].text


async def test_acknowledging_stops_the_calls_and_reminds_who_did(stage: Night) -> None:
    await fire(stage)
    await stage.types("alerts acknowledge AL-1")
    for _ in range(100):
        stage.passes(minutes=1)
        await stage.tell()
    assert len(stage.outbox("alert:1:call")) == 1
    (reminder,) = stage.outbox("alert:1:remind")
    assert "<@U0ANA00001>" in reminder.text
    assert "1 h ago" in reminder.text


async def test_after_a_restart_it_is_called_late_and_once_and_told_once(stage: Night) -> None:
    await fire(stage)
    before = len(stage.outbox())
    stage.passes(hours=5)
    stage.reopen()
    stage.sample("response_time", BAD)
    for _ in range(3):
        await stage.look()
    calls = stage.outbox("alert:1:call")
    assert len(calls) == 2
    assert "4 h 45 min late" in calls[1].text
    assert len(stage.open) == 1
    assert len(stage.outbox()) - before <= 2  # the call, and the card that names the next one


async def test_cut_off_before_it_is_noted_nothing_is_said_twice(stage: Night) -> None:
    """As if killed between the outbox and the note: the note is undone, the pass done again."""
    await fire(stage)
    keys = [each.key for each in stage.outbox()]
    with stage.house.store._connection.write() as sqlite:
        sqlite.execute("UPDATE alerts SET told = 0, posted_at = NULL, called = 0, revision = 1")
        sqlite.execute("UPDATE alerts SET next_call = fired_at")
        sqlite.execute("DELETE FROM alert_conditions")
    stage.reopen()
    await stage.tell()
    again = [each.key for each in stage.outbox()]
    assert set(keys) <= set(again) | {key for key in keys if re.fullmatch(r"alert:1:\d+", key)}
    assert len(stage.outbox("alert:1:call")) == 1
    assert len([key for key in again if key == "alert:1"]) == 1


async def test_a_late_acknowledge_does_not_open_what_is_over(stage: Night) -> None:
    await fire(stage)
    await stage.minutes(15, "response_time", GOOD, every=5)
    reply = await stage.types("alerts acknowledge AL-1")
    assert "was over already" in reply.text
    assert stage.open == ()
    reply = await stage.types("alerts snooze AL-1 4h")
    assert "was over already" in reply.text
    assert stage.open == ()


async def test_a_snooze_calls_nobody_until_it_ends_and_then_begins_anew(stage: Night) -> None:
    await fire(stage)
    await stage.types("alerts snooze AL-1 1h")
    for _ in range(59):
        stage.passes(minutes=1)
        await stage.tell()
    assert len(stage.outbox("alert:1:call")) == 1
    stage.passes(minutes=2)
    await stage.tell()
    assert len(stage.outbox("alert:1:woke")) == 1
    calls = stage.outbox("alert:1:call")
    assert len(calls) == 2
    assert "<@U0OMAR0001>" in calls[1].text


async def test_the_same_problem_soon_again_is_the_same_alert(stage: Night) -> None:
    await fire(stage)
    await stage.minutes(15, "response_time", GOOD, every=5)
    stage.passes(minutes=5)
    await stage.minutes(15, "response_time", 3_000.0, every=5)
    (alert,) = stage.open
    assert (alert.number, alert.episode, alert.state) == (1, 2, "firing")
    assert next(each.key for each in stage.outbox() if not each.update_of) == "alert:1"
    assert len(stage.outbox("alert:2")) == 0
    assert len(stage.outbox("alert:1:call")) == 2


async def test_silenced_rules_are_recorded_and_told_when_the_silence_ends(stage: Night) -> None:
    reply = await stage.types("alerts silence slow_response for 1h new cache")
    assert reply.outcome == "succeeded"
    await fire(stage, 20)
    assert stage.outbox("alert:") == []
    listed = await stage.types("alerts")
    assert "silenced" in str(listed.blocks)
    for _ in range(9):
        await stage.minutes(5, "response_time", BAD, every=5)
    assert [each.key for each in stage.outbox("alert:")][:1] == ["alert:1"]


async def test_what_fires_and_ends_within_a_silence_is_never_told(stage: Night) -> None:
    await stage.types("alerts maintenance for 2h migration")
    await fire(stage, 20)
    await stage.minutes(15, "response_time", GOOD, every=5)
    stage.passes(hours=3)
    stage.sample("response_time", GOOD)
    await stage.look()
    assert [key.key for key in stage.outbox("alert:")] == []
    assert stage.house.store.alerts.find(1).state == "resolved"  # type: ignore[union-attr]


async def test_many_at_once_are_one_message_and_one_ladder(stage: Night) -> None:
    for name in range(12):
        stage.house.store.alerts.raise_external(
            "cloudflare", f"zone-{name}", f"Zone {name} fails", "critical", "5xx", stage.now
        )
    await stage.tell()
    assert next(each.key for each in stage.outbox()) == "alert-storm:1"
    assert stage.outbox("alert:") == []
    assert "12 alerts of 1 rule fire at once" in stage.texts("alert-storm:1")[0]
    assert len(stage.outbox("alert-storm:1:call")) == 1
    reply = await stage.types("alerts acknowledge ST-1 one cause")
    assert reply.text.startswith(":eyes: 12 alerts of ST-1 are yours")
    for _ in range(90):
        stage.passes(minutes=1)
        await stage.tell()
    assert len(stage.outbox("alert-storm:1:call")) == 1
    assert "Storm acknowledged" in stage.texts("alert-storm:1:")[-1]
    assert len([each for each in stage.outbox() if ":remind:" in each.key]) == 1


async def test_a_few_are_told_one_by_one_and_join_when_more_come(stage: Night) -> None:
    for name in range(3):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name}", "warning", "5xx", stage.now
        )
    await stage.tell()
    assert (
        len([each for each in stage.outbox("alert:") if re.fullmatch(r"alert:\d", each.key)]) == 3
    )
    stage.passes(minutes=1)
    for name in range(3, 9):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name}", "warning", "5xx", stage.now
        )
    await stage.tell()
    assert (
        len([each for each in stage.outbox("alert:") if re.fullmatch(r"alert:\d", each.key)]) == 3
    )
    assert "9 alerts" in stage.texts("alert-storm:1")[0]


async def test_a_repeat_is_counted_and_not_posted(stage: Night) -> None:
    alerts = stage.house.store.alerts
    first = alerts.raise_external("cloudflare", "ddos", "Attack", "critical", "L7", stage.now)
    await stage.tell()
    posted = len(stage.outbox())
    for _ in range(50):
        assert first == alerts.raise_external(
            "cloudflare", "ddos", "Attack", "critical", "L7", stage.now
        )
    await stage.tell()
    assert len(stage.outbox()) == posted
    assert stage.open[0].repeats == 50
    assert alerts.resolve_external("cloudflare", "ddos", stage.now) == first
    assert alerts.resolve_external("cloudflare", "ddos", stage.now) == ""


async def test_a_metric_that_falls_silent_is_an_alert_of_its_own_once(stage: Night) -> None:
    stage.runtime.started_at = stage.now - timedelta(days=1)
    stage.sample("cpu", 20.0)
    stage.passes(minutes=14)
    await stage.look()
    assert stage.open == ()
    stage.passes(minutes=2)
    for _ in range(3):
        await stage.look()
    assert [each.problem.metric for each in stage.house.store.alerts.open()] == ["cpu"]
    assert "No data of CPU usage on production" in stage.texts("alert:1")[0]
    stage.sample("cpu", 20.0)
    await stage.look()
    assert stage.open == ()


async def test_what_was_never_sampled_is_no_alert_and_a_downtime_of_ours_neither(
    stage: Night,
) -> None:
    stage.sample("cpu", 20.0)
    stage.passes(hours=5)
    stage.reopen()
    await stage.look()
    assert stage.open == ()


async def test_a_firing_rule_without_data_stays_as_it_is(stage: Night) -> None:
    await fire(stage)
    for _ in range(4):
        stage.passes(minutes=20)
        await stage.look()
    assert {alert.problem.rule for alert in stage.open} == {"SLOW_RESPONSE", "NO_DATA"}


async def test_samples_from_the_future_are_not_looked_at(stage: Night) -> None:
    ahead = stage.now + timedelta(days=2)
    stage.samples([Sample("production", "response_time", ahead, 90_000.0)])
    await stage.minutes(15, "response_time", GOOD, every=5)
    assert stage.open == ()


async def test_a_burning_budget_fires_by_both_windows(stage: Night) -> None:
    for minute in range(60):
        stage.sample("uptime", float(minute % 2), at=stage.now + timedelta(minutes=minute))
    stage.passes(minutes=60)
    await stage.look()
    rules = {alert.problem.rule for alert in stage.open}
    assert {"ERROR_BUDGET_FAST_BURN", "LOW_AVAILABILITY"} <= rules


async def test_a_rule_taken_out_of_the_settings_ends_its_alert(tmp_path: Path) -> None:
    with night(tmp_path) as stage:
        await fire(stage)
    off = '[[alerts.rules]]\nname = "SLOW_RESPONSE"\nmetric = "response_time"\nabove = 1.0\n'
    with night(tmp_path, f"{off}enabled = false\n", now=stage.now) as again:
        await again.look()
        assert again.open == ()


async def test_two_bots_on_one_store_say_everything_once(tmp_path: Path) -> None:
    with night(tmp_path) as one, night(tmp_path) as two:
        for _ in range(3):
            for minute in range(5):
                one.passes(minutes=1)
                one.sample("response_time", BAD, at=one.now + timedelta(seconds=minute))
            two.now = one.now
            found = evaluate(two.runtime, two.now)
            await one.look()
            await two.look()
            assert len(found.fired) <= 1
        assert len(one.open) == 1
        texts = one.texts()
        assert len([each for each in one.outbox() if each.key == "alert:1"]) == 1
        assert len([text for text in texts if "nobody is named" in text]) == 1


async def test_a_test_alert_goes_the_real_way_and_says_what_it_is(stage: Night) -> None:
    reply = await stage.types("alerts test high_error_rate")
    assert reply.text.startswith(":test_tube: Test alert AL-1")
    await stage.tell()
    first = stage.outbox("alert:1")[0]
    assert "TEST, nothing is wrong" in first.text
    for _ in range(40):
        stage.passes(minutes=1)
        await stage.tell()
    calls = stage.outbox("alert:1:call")
    assert len(calls) == 1
    assert "TEST" in calls[0].text
    assert "<@U0OMAR0001>" in calls[0].text
    assert stage.open == ()


async def test_a_rule_measured_by_us_is_not_resolved_by_hand(stage: Night) -> None:
    await fire(stage)
    reply = await stage.types("alerts resolve AL-1")
    assert reply.outcome == "not understood"
    assert len(stage.open) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("alerts show AL-99", "There is no alert"),
        ("alerts show ../../etc", "There is no alert"),
        ("alerts acknowledge ST-9", "There is no storm"),
        ("alerts acknowledge ST-x", "There is no storm"),
        ("alerts snooze AL-1 soon", "is not a length of time"),
        ("alerts snooze AL-1 0h", "lasts from 1 second"),
        ("alerts snooze AL-1 400d", "lasts from 1 second"),
        ("alerts silence SLOW_RESPONS for 1h why not", "Did you mean `SLOW_RESPONSE`?"),
        ("alerts silence SLOW_RESPONSE for 1h", "Say why"),
        ("alerts silence SLOW_RESPONSE for ever because", "is not a length of time"),
        ("alerts silence * because", "is not a length of time"),
        ("alerts silence drop;table for 1h reason", "is no rule"),
        ("alerts test SLOW", "There is no rule"),
        ("alerts test SLOW_RESPONSE --environment moon", "no environment called"),
        ("alerts unsilence 7", "There is no silence `7`"),
        ("alerts --limit 0", "from 1 to 100"),
        ("alerts aknowledge AL-1", "Did you mean `alerts acknowledge`?"),
        ("alerts maintenance --environment moon for 1h why not", "no environment called"),
    ],
)
async def test_bad_input_is_told_with_what_would_work(stage: Night, line: str, told: str) -> None:
    await fire(stage)
    reply = await stage.types(line)
    assert reply.outcome == "not understood"
    assert told in f"{reply.text} {reply.blocks}"
    assert len(stage.open) == 1


async def test_a_message_that_arrives_late_says_so_with_the_true_time(stage: Night) -> None:
    """As after an outage of Slack's: the outbox had it, and Slack took it much later."""
    number = await fire(stage)
    fired = stage.open[0].fired_at
    (first,) = [each for each in stage.outbox("alert:1") if each.key == "alert:1"]
    stage.passes(minutes=14)
    arrived = stage.now.timestamp()
    stage.house.store.outbox.sent(first, "C0ALERTS01", f"{arrived:.6f}", stage.now)
    await stage.tell()
    assert stage.open[0].arrived_at == stage.now
    told = str(stage.outbox(f"alert:{number}:")[-1].blocks)
    assert "arrived 14 min late" in told
    assert str(int(fired.timestamp())) in told


async def test_a_storm_is_one_line_of_the_list_and_its_alerts_another_list(stage: Night) -> None:
    for name in range(12):
        stage.house.store.alerts.raise_external(
            "cloudflare", str(name), f"Zone {name} fails", "critical", "5xx", stage.now
        )
    await stage.tell()
    words = str((await stage.types("alerts")).blocks)
    assert "12 firing" in words
    assert "Zone 3" not in words
    assert "Zone 3" in str((await stage.types("alerts list --storm ST-1")).blocks)
    assert (await stage.types("alerts list --storm nonsense")).outcome == "not understood"


async def test_acts_are_in_the_audit_log_and_in_the_alerts_own_history(stage: Night) -> None:
    await fire(stage)
    await stage.types("alerts acknowledge AL-1 pool is full", Person("U0RITA0001", "rita"))
    shown = await stage.types("alerts show AL-1")
    words = str(shown.blocks)
    assert "acknowledged by rita: pool is full" in words
    assert "called: L1" in words
    entries = [entry for _, entry in stage.house.store.audit.after(0)]
    assert any("alerts acknowledge AL-1" in f"{each}" for each in entries)


async def test_foreign_text_stays_text(stage: Night) -> None:
    stage.house.store.alerts.raise_external(
        "cloudflare", "x", "<!channel> *boom* `x`", "critical", "<@U0ANA00001>", stage.now
    )
    await stage.tell()
    shown = [block for each in stage.outbox("alert:1") for block in each.blocks]
    told = str([block for block in shown if block["type"] != "actions"])
    assert "boom" in told
    assert "<!channel>" not in told
    assert "<@U0ANA00001>" not in told


def test_ten_thousand_are_raised_in_one_transaction_each_once(stage: Night) -> None:
    from bot.store import Problem

    problems = [Problem("cloudflare", str(n % 5_000), "t", "info", "s") for n in range(10_000)]
    raised = stage.house.store.alerts.raise_all(problems, stage.now)
    kinds = [kind for _, kind in raised]
    assert (kinds.count(Raised.FIRED), kinds.count(Raised.REPEATED)) == (5_000, 5_000)
    assert ANA.id.startswith("U")
