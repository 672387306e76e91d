"""Silences and maintenance windows: recorded, and told only where it goes on afterwards."""

from __future__ import annotations

from handlers.alerts.result import SilenceList
from tests.alerts.stage import BAD, GOOD, Night, fire


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


async def test_a_reason_may_be_given_as_for_any_other_command(stage: Night) -> None:
    for flag in ('--reason "new cache"', "--reason=new cache", "because new cache"):
        await stage.types(f"alerts silence SLOW_RESPONSE for 1h {flag}")
    listed = await stage.types("alerts silences")
    assert isinstance(listed.data, SilenceList)
    assert [each.reason for each in listed.data.silences] == ["new cache"] * 3
