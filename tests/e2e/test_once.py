"""Exactly once: Slack delivers again, before and after a restart; people are answered once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bot.sandbox.workspace import BOT, Message
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.model import View
from bot.sandbox.workspace.sight import view_text
from tests.e2e.stage import Stage


def answers(messages: Iterable[Message], text: str) -> int:
    return sum(text in message.text and message.author_id == BOT for message in messages)


async def settled_answers(stage: Stage, actor: Actor, text: str) -> int:
    await stage.idle()
    return answers(stage.messages(actor.person_id), text)


async def test_a_command_that_comes_twice_is_answered_once(stage: Stage, ana: Actor) -> None:
    before = answers(stage.messages(ana.person_id), "Healthy")
    await stage.switch("slack_redelivers")
    sent = len(stage.workspace.record.deliveries("slash_commands"))
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    assert len(stage.workspace.record.deliveries("slash_commands")) == sent + 2
    assert await settled_answers(stage, ana, "Healthy") == before + 1


async def test_a_press_that_comes_twice_is_one_press(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    await stage.recorded(arguments="health api", person_id=ana.person_id)
    await stage.switch("slack_redelivers")
    before = answers(stage.messages(ana.person_id), "Healthy")
    recorded = len(stage.audit(10_000))
    await ana.presses("Details")
    await ana.sees("evidence of ")
    assert await settled_answers(stage, ana, "Healthy") == before + 1
    assert len(stage.audit(10_000)) == recorded + 1


async def test_a_mention_that_comes_twice_is_answered_once(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_redelivers")
    before = answers(stage.messages(ana.person_id), "Healthy")
    await ana.types(f"<@{BOT}> health api")
    await ana.sees("Healthy: 1 of 1")
    assert await settled_answers(stage, ana, "Healthy") == before + 1


async def test_a_form_that_comes_twice_runs_once(stage: Stage, ana: Actor) -> None:
    await stage.switch("slack_redelivers")
    await ana.types("Something to ask about")
    message = stage.messages(ana.person_id)[-1]
    await ana.starts("run_command", on=message)
    await ana.sees_modal("Run an ops command")
    ana.fills("Command", "health api")
    await ana.submits()
    await ana.sees_message("Healthy: 1 of 1")
    await stage.idle()
    thread = stage.workspace.thread(message.channel_id, message.ts)
    assert answers(thread, "Healthy") == 1


async def test_the_same_press_by_a_person_twice_is_two_presses(stage: Stage, ana: Actor) -> None:
    """Only Slack's copies are one; a person may ask again."""
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    before = answers(stage.messages(ana.person_id), "Healthy")
    for _ in range(2):
        await ana.presses("Details")
        await ana.sees("evidence of ")
    assert await settled_answers(stage, ana, "Healthy") == before + 2


async def test_what_was_answered_is_not_run_again_after_a_restart(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    await ana.presses("Check again")
    await ana.sees("Healthy: 1 of 1")
    await ana.types(f"<@{BOT}> health api")
    await ana.sees_message("Healthy: 1 of 1")
    await stage.idle()
    kinds = ("slash_commands", "block_actions", "event app_mention")
    payloads = [stage.workspace.record.deliveries(kind)[-1].arguments for kind in kinds]
    code, _ = await stage.bot.stop()
    assert code == 0
    await stage.start_bot()
    before, recorded = stage.messages(ana.person_id), len(stage.audit(10_000))
    for kind, payload in zip(kinds, payloads, strict=True):
        sent_as = "events_api" if kind.startswith("event ") else kind
        await stage.workspace.delivery.transport.send(sent_as, payload, 1, "timeout")
    await stage.bot.logs(" was delivered again", times=3, within=120)
    await stage.idle()
    assert stage.messages(ana.person_id) == before
    assert len(stage.audit(10_000)) == recorded


@pytest.mark.parametrize(
    ("kept_stage", "way"),
    [("socket", "command"), ("http", "mention"), ("http", "button"), ("socket", "home")],
    indirect=["kept_stage"],
)
async def test_a_bot_killed_in_the_middle_tells_the_person_and_asks_again(
    stage: Stage, ana: Actor, way: str
) -> None:
    if way == "button":
        await ana.types("/pitchey health api")
        await ana.sees("Healthy: 1 of 1")
    elif way == "home":
        await ana.opens_home()
        await ana.sees("Hello ")
    await stage.switch("api_slow", 2.5)
    if way == "command":
        await ana.types("/pitchey health api")
    elif way == "mention":
        await ana.types(f"<@{BOT}> health api")
        await stage.until(lambda: stage.workspace.record.calls("users.info"))
        await stage.idle(0.1)
    elif way == "button":
        await ana.presses("Details")
    else:
        await ana.presses("Check health")
        await ana.sees_modal("Pitchey Ops")
    await stage.idle(0.3)  # where the answer goes is noted, too
    await stage.bot.kill()
    await stage.switch("api_slow", on=False)
    await stage.start_bot()
    told = await ana.sees("Interrupted: the bot was restarted", anytime=True, within=120)
    assert isinstance(told, View if way == "home" else Message)
    assert "health" in (view_text(told) if isinstance(told, View) else told.text)
    await ana.presses("Try again")
    await ana.sees("Healthy: ")
    # Told once: the next start has nothing more to say.
    await stage.idle()
    await stage.bot.kill()
    await stage.start_bot()
    await stage.idle()
    if way == "home":
        (modal,) = stage.workspace.views_open(ana.person_id)
        assert "Healthy: " in view_text(modal)
    places = {ana.channel_id, stage.workspace.direct(ana.person_id).id}
    seen = [one for there in places for one in stage.messages(ana.person_id, there)]
    assert answers(seen, "Interrupted: ") == (0 if way == "home" else 1)
