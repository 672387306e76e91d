"""The buttons under an answer: in place, in the thread, below, for everybody."""

from __future__ import annotations

from bot.sandbox.workspace import ANA, GENERAL, OMAR
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage


async def test_check_again_changes_the_same_ephemeral_message(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health")
    first = await ana.sees_message("Healthy: 9 of 9 checks passed")
    count = len(stage.messages(ANA))
    await stage.switch("cache_down")
    await ana.presses("Check again")
    second = await ana.sees_message("Degraded: Cache")
    assert (second.id, second.ephemeral_to) == (first.id, ANA)
    await stage.switch("cache_down", on=False)
    await ana.presses("Check again")
    assert (await ana.sees_message("Healthy: 9 of 9 checks passed")).id == first.id
    assert len(stage.messages(ANA)) == count


async def test_check_again_of_somebody_else_changes_the_public_message(
    stage: Stage, ana: Actor, omar: Actor
) -> None:
    await ana.types("/pitchey health --public")
    first = await ana.sees_message("Healthy: 9 of 9 checks passed")
    assert first.ephemeral_to == ""
    count = len(stage.messages(OMAR))
    await stage.switch("site_down")
    await omar.presses("Check again")
    second = await omar.sees_message("Down: Site")
    assert (second.id, second.ephemeral_to) == (first.id, "")
    assert len(stage.messages(OMAR)) == count
    await stage.recorded(person_id=OMAR, surface="button", command="health")


async def test_details_of_a_public_message_are_in_its_thread(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health --public")
    answer = await ana.sees_message("Healthy: 9 of 9 checks passed")
    await ana.presses("Details")
    details = await ana.sees_message("evidence of ")
    assert (details.thread_ts, details.ephemeral_to) == (answer.ts, "")
    await ana.presses("Check again")  # the newest one: that of the details
    again = await ana.sees_message("evidence of ")
    assert again.id == details.id


async def test_details_of_an_ephemeral_message_are_below_it(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health cache")
    answer = await ana.sees_message("Healthy: 1 of 1 check passed")
    await ana.presses("Details")
    details = await ana.sees_message("evidence of ")
    assert details.id != answer.id
    assert (details.thread_ts, details.ephemeral_to) == ("", ANA)


async def test_share_shows_it_to_everybody(stage: Stage, ana: Actor, omar: Actor) -> None:
    await ana.types("/pitchey health cache")
    answer = await ana.sees_message("Healthy: 1 of 1 check passed")
    await ana.presses("Share in channel")
    shared = await omar.sees_message("Healthy: 1 of 1 check passed")
    assert (shared.ephemeral_to, shared.is_reply) == ("", False)
    assert shared.id != answer.id
    assert "Share in channel" not in str(shared.blocks)


async def test_share_works_where_the_bot_is_no_member(stage: Stage, ana: Actor) -> None:
    there = ana.at(GENERAL)
    await there.types("/pitchey health cache")
    await there.sees_message("Healthy: 1 of 1 check passed")
    await there.presses("Share in channel")
    await stage.until(
        lambda: any(
            "Healthy: 1 of 1" in message.text and not message.ephemeral_to
            for message in stage.messages(OMAR, GENERAL)
        )
    )


async def test_a_press_is_judged_by_who_presses(stage: Stage, omar: Actor, vic: Actor) -> None:
    """A button carries a command, never the right to run it."""
    await omar.types("<@U0PITCHEY1> audit")
    await omar.sees("audit entries")
    await vic.presses("Verify the log")
    await vic.sees("Refused: audit verify needs the role operator")
    await stage.recorded(outcome="refused", person_id=vic.person_id, surface="button")


async def test_metrics_are_one_press_away(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1 check passed")
    await ana.presses("Metrics")
    await ana.sees("of 6 key metrics on target")
