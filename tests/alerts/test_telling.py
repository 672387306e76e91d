"""One problem is one message, kept current, told once and late where it must be."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.alerts.looking import evaluate
from tests.alerts.stage import BAD, GOOD, Night, fire, night


async def test_one_problem_is_one_message_changed_in_place(stage: Night) -> None:
    number = await fire(stage)
    first, *edits = [each for each in stage.outbox("alert:1") if ":call:" not in each.key]
    assert first.text == ":warning: Warning: Responses are slow on production"
    assert (first.key, first.channel, first.update_of) == ("alert:1", "#alerts", "")
    assert {each.update_of for each in edits} == {"alert:1"}
    await stage.types(f"alerts acknowledge AL-{number} pool is full")
    await stage.tell()
    assert ":eyes: Acknowledged by <@U0ANA00001>" in stage.texts("alert:1")[-1]
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


@pytest.mark.both_engines
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
