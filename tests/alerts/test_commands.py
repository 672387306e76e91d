"""What people type about alerts: tests, acts, and bad input."""

from __future__ import annotations

import pytest

from bot.command import Person
from tests.alerts.stage import Night, fire


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


async def test_acts_are_in_the_audit_log_and_in_the_alerts_own_history(stage: Night) -> None:
    await fire(stage)
    await stage.types("alerts acknowledge AL-1 pool is full", Person("U0RITA0001", "rita"))
    shown = await stage.types("alerts show AL-1")
    words = str(shown.blocks)
    assert "acknowledged by <@U0RITA0001>: pool is full" in words
    assert "called: L1" in words
    entries = [entry for _, entry in stage.house.store.audit.after(0)]
    assert any("alerts acknowledge AL-1" in f"{each}" for each in entries)
