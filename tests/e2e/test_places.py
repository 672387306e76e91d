"""Where one can ask, and where the answer then is: mentions, shortcuts, threads, the Home tab."""

from __future__ import annotations

import pytest

from bot.sandbox.workspace import ALERTS, BOT, GENERAL, OPS
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage

MENTION = f"<@{BOT}>"


async def test_a_mention_is_answered_in_a_thread_of_it(stage: Stage, ana: Actor) -> None:
    await ana.types(f"{MENTION} health database")
    asked = stage.messages(ana.person_id)[-1]
    answer = await ana.sees_message("Healthy: 1 of 1 check passed")
    assert (answer.thread_ts, answer.ephemeral_to) == (asked.ts, "")
    await stage.recorded(surface="mention", command="health", person_name="ana")


async def test_a_mention_in_a_thread_is_answered_there(
    stage: Stage, ana: Actor, omar: Actor
) -> None:
    await omar.types("The site feels slow")
    parent = stage.messages(omar.person_id)[-1]
    in_thread = ana.at(OPS, parent.ts)
    await in_thread.types(f"{MENTION}, health site")
    answer = await in_thread.sees_message("Healthy: 1 of 1 check passed")
    assert answer.thread_ts == parent.ts
    assert [one.author_id for one in stage.workspace.thread(OPS, parent.ts)[-2:]] == [
        ana.person_id,
        BOT,
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "What do you want to know?"),
        (" hello there", "There is no command hello."),
        (" help", "commands. /pitchey help <command> explains one."),
        (" <!channel> health", "There is no command "),
    ],
)
async def test_whatever_a_mention_says_is_answered(
    stage: Stage, ana: Actor, said: str, told: str
) -> None:
    await ana.types(f"{MENTION}{said}")
    answer = await ana.sees_message(told)
    assert answer.is_reply
    assert "<!channel>" not in str([answer.text, answer.blocks])


async def test_a_mention_by_a_viewer_is_judged_too(stage: Stage, vic: Actor) -> None:
    await vic.types(f"{MENTION} audit")
    await vic.sees("Refused: audit needs the role operator")
    await stage.recorded(outcome="refused", surface="mention", person_id=vic.person_id)


async def test_the_message_shortcut_answers_in_the_messages_thread(
    stage: Stage, ana: Actor, omar: Actor
) -> None:
    await omar.types("Is sign-in broken?")
    message = stage.messages(ana.person_id)[-1]
    await ana.starts("run_command", on=message)
    await ana.sees_modal("Run an ops command")
    ana.fills("Command", "/pitchey health auth")
    await ana.submits()
    await ana.sees_no_modal()
    answer = await ana.sees_message("Healthy: 1 of 1 check passed")
    assert (answer.thread_ts, answer.ephemeral_to) == (message.ts, "")
    await stage.recorded(surface="shortcut", command="health", arguments="health auth")


async def test_the_message_shortcut_on_a_reply_answers_in_the_same_thread(
    stage: Stage, ana: Actor, omar: Actor
) -> None:
    await omar.types("A thread begins")
    parent = stage.messages(ana.person_id)[-1]
    await omar.at(OPS, parent.ts).types("and a reply follows")
    reply = stage.messages(ana.person_id)[-1]
    await ana.starts("run_command", on=reply)
    await ana.sees_modal("Run an ops command")
    ana.fills("Command", "helth")
    await ana.submits()
    answer = await ana.sees_message("There is no command helth.")
    assert answer.thread_ts == parent.ts


async def test_the_global_shortcut_answers_in_its_modal(stage: Stage, ana: Actor) -> None:
    await ana.starts("check_health")
    await ana.sees_modal("Check health")
    ana.fills("What to check", "database")
    await ana.submits()
    shown = await ana.sees("Healthy: 1 of 1 check passed")
    assert shown in stage.workspace.views_open(ana.person_id)
    await stage.switch("cache_down")
    await ana.closes()
    await ana.starts("check_health")
    await ana.sees_modal("Check health")
    await ana.submits()
    await ana.sees("Degraded: Cache")
    await stage.switch("cache_down", on=False)
    await ana.presses("Check again")
    shown = await ana.sees("Healthy: 9 of 9 checks passed")
    assert shown in stage.workspace.views_open(ana.person_id)


async def test_the_home_tab_and_its_buttons(stage: Stage, vic: Actor) -> None:
    await vic.opens_home()
    await vic.sees("Hello @vic.")
    await vic.sees("Your role is viewer.")
    await vic.presses("Check health")
    shown = await vic.sees("Healthy: 9 of 9 checks passed")
    assert shown in stage.workspace.views_open(vic.person_id)
    await stage.recorded(surface="home", command="health", person_id=vic.person_id)
    await vic.presses("Metrics")
    await vic.sees("of 6 key metrics on target")
    await vic.closes(whole_stack=True)
    await vic.presses("All commands")
    await vic.sees("commands. /pitchey help <command> explains one.")


async def test_in_a_channel_without_the_bot_a_command_works(stage: Stage, ana: Actor) -> None:
    there = ana.at(GENERAL)
    await there.types("/pitchey health api")
    answer = await there.sees_message("Healthy: 1 of 1 check passed")
    assert (answer.channel_id, answer.ephemeral_to) == (GENERAL, ana.person_id)
    await there.presses("Check again")
    assert (await there.sees_message("Healthy: 1 of 1")).id == answer.id


async def test_in_another_channel_the_answer_stays_there(stage: Stage, rita: Actor) -> None:
    there = rita.at(ALERTS)
    await there.types(f"{MENTION} health api")
    assert (await there.sees_message("Healthy: 1 of 1")).channel_id == ALERTS
