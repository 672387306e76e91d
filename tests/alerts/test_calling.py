"""Who is called when, and what ends the calls: the ladder, acknowledging, snoozing, restarts."""

from __future__ import annotations

from pathlib import Path

from tests.alerts.stage import BAD, GOOD, Night, fire, night


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


async def test_the_card_says_of_each_level_what_its_thread_says(stage: Night) -> None:
    await fire(stage)
    seen = []
    for _ in range(4):
        await stage.tell()
        seen.append(str((await stage.types("alerts show AL-1")).blocks))
        stage.passes(minutes=15 if len(seen) == 1 else 60)
    assert "L1 On-call Engineer was called. L2 Team Lead is called at" in seen[0]
    assert "L2 Team Lead was called. L3 Platform Architect is next at" in seen[1]
    assert "but nobody is named." in seen[1]
    assert "Nobody is named for L3 Platform Architect. L4 External Support is next" in seen[2]
    assert "called: L3, but nobody is named for it" in seen[2]
    assert "was called" not in seen[3]


async def test_where_nobody_is_named_at_all_card_and_thread_say_so(tmp_path: Path) -> None:
    with night(tmp_path) as alone:
        await fire(alone)
        await alone.tell()
        card = str((await alone.types("alerts show AL-1")).blocks)
        (call,) = alone.outbox("alert:1:call")
    assert "nobody is named for L1" in call.text
    assert "Nobody is named on call, so this calls nobody" in card
    assert "was called" not in card
