"""Forms through real sockets: every way in, what is wrong, where the answer goes, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.blocks import form_button
from bot.frozen import quoted
from bot.inbox import noted, recalled
from bot.sandbox.workspace import ANA, OPS, RITA, VIC
from bot.sandbox.workspace.model import Message, View
from tests.house.form_feature import FEATURE, GO
from tests.house.real_bot import RealBot, real_bot
from tests.sandbox.workspace.stage import until


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[RealBot]:
    async with real_bot(tmp_path, FEATURE) as started:
        yield started


def runs(bot: RealBot, command: str = "noted") -> int:
    return sum(entry.command == command for entry in bot.audited())


async def test_a_button_of_a_message_opens_it_and_the_answer_comes_below(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses("Write")
    view = await rita.sees_modal("Write a note")
    assert 'alert=A-1 "x"' in str(view.blocks)
    assert f"in_channel={OPS}" in str(view.blocks)
    assert f"person={RITA}" in str(view.blocks)
    rita.fills("Note", 'so "it" is, & <more>')
    rita.fills("Parts", ["api", "cache"])
    rita.fills("People", [ANA, VIC])
    await rita.submits()
    await rita.sees_no_modal()
    answer = await rita.sees_message("Noted")
    assert answer.ephemeral_to == RITA
    for piece in ('A-1 "x"', 'so "it" is', "api,cache", f"{ANA},{VIC}"):
        assert piece in answer.text
    await until(lambda: runs(bot))
    assert runs(bot) == 1
    entry = bot.audited()[-1]
    assert (entry.surface, entry.channel, entry.person_id) == ("button", OPS, RITA)


async def test_what_is_wrong_is_said_beside_the_field(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses("Write")
    await rita.sees_modal("Write a note")
    rita.fills("Note", "a forbidden word")
    outcome = await rita.submits(refused="refused_by_app")
    assert outcome.errors == {"note": "That word is not allowed. Nor is this."}
    rita.fills("Note", "a loud word")
    outcome = await rita.submits(refused="refused_by_app")
    assert outcome.errors == {"note": "Not so loud."}
    rita.fills("Note", "a good word")
    await rita.submits()
    await rita.sees("a good word")
    await until(lambda: runs(bot))
    assert runs(bot) == 1


async def test_a_slash_command_without_arguments_opens_it_at_once(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey note")
    await rita.sees_modal("Write a note")
    rita.fills("Note", "typed")
    await rita.submits()
    assert (await rita.sees_message("typed")).ephemeral_to == RITA
    await until(lambda: runs(bot))
    assert [entry.surface for entry in bot.audited()] == ["slash command"]


async def test_a_command_button_without_arguments_opens_it_too(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses("Note by command")
    await rita.sees_modal("Write a note")


async def test_in_a_mention_there_is_no_form_to_open(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("<@U0PITCHEY1> note")
    await rita.sees("Ran without a form.")


async def test_a_message_shortcut_knows_the_message_and_answers_in_its_thread(
    bot: RealBot,
) -> None:
    rita = bot.actor(RITA)
    await bot.actor(ANA).types("the *cache* is slow " + '"' * 2_000)
    message = await rita.sees_message("is slow")
    await rita.starts("run_command", message)
    view = await rita.sees_modal("Write a note")
    for known in (f"channel={OPS}", f"ts={message.ts}", "author=ana", f"author_id={ANA}"):
        assert known in str(view.blocks)
    rita.fills("Note", "from a message")
    await rita.submits()
    answer = await rita.sees_message("from a message")
    assert (answer.thread_ts, answer.ephemeral_to) == (message.ts, "")
    await until(lambda: runs(bot))
    assert bot.audited()[-1].surface == "shortcut"


async def test_a_global_shortcut_answers_in_its_modal(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.starts("check_health")
    await rita.sees_modal("Pick")
    rita.fills("Part", "database")
    await rita.submits()
    shown = await rita.sees("Noted")
    assert isinstance(shown, View)
    # The answer is a modal with a form button of its own: the next form goes above it.
    await rita.presses("Another note")
    await rita.sees_modal("Write a note")
    assert len(bot.workspace.views_open(RITA)) == 2
    rita.fills("Note", "above")
    await rita.submits()
    await rita.sees("above")
    assert len(bot.workspace.views_open(RITA)) == 2


async def test_it_runs_as_the_person_who_submits(bot: RealBot) -> None:
    vic = bot.actor(VIC)
    await bot.actor(ANA).types("/pitchey offer public:yes")
    await vic.sees("Offered.", anytime=True)
    await vic.presses("Write")
    await vic.sees_modal("Write a note")
    vic.fills("Note", "may I")
    await vic.submits()
    await vic.sees("Refused: noted needs the role responder")


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("Gone", "That alert is gone."),
        ("Broken", "Something in the bot itself failed with this form."),
        ("Unknown", "This version of the bot has no such form."),
    ],
)
async def test_a_form_that_cannot_be_drawn_says_why(bot: RealBot, label: str, told: str) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.presses(label)
    assert isinstance(await rita.sees(told), View)


async def test_a_redelivered_submission_runs_once(bot: RealBot) -> None:
    bot.workspace.faults.switch("slack_redelivers", True)
    rita = bot.actor(RITA)
    await rita.types("/pitchey note")
    await rita.sees_modal("Write a note")
    rita.fills("Note", "once only")
    await rita.submits()
    await rita.sees("once only")
    await asyncio.sleep(0.2)
    answers = [one for one in bot.workspace.everything(OPS, RITA) if "once only" in one.text]
    assert len(answers) == 1
    await until(lambda: runs(bot))
    assert runs(bot) == 1


async def test_a_form_above_three_modals_takes_the_place_of_the_highest(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.starts("check_health")
    await rita.sees_modal("Pick")
    rita.fills("Part", "api")
    for number in range(4):
        await rita.submits()
        await rita.sees("Noted")
        await rita.presses("Another note")
        await rita.sees_modal("Write a note")
        rita.fills("Note", f"number {number}")
    assert len(bot.workspace.views_open(RITA)) == 3


async def test_too_late_to_open_is_told(bot: RealBot) -> None:
    rita = bot.actor(RITA)
    await rita.types("/pitchey offer")
    await rita.sees("Offered.")
    bot.workspace.faults.switch("slack_slow", True, 0.5)
    await rita.presses("Write")
    bot.workspace.clock.forward(seconds=4)
    assert isinstance(await rita.sees("could not be opened in time"), Message)


async def test_a_modal_left_on_working_by_a_killed_bot_says_so(bot: RealBot) -> None:
    rita, deliveries = bot.actor(RITA), bot.house.store.deliveries
    GO.clear()
    await rita.opens_home()
    await rita.presses("Wait from Home")
    shown = await rita.sees("Working on")
    assert isinstance(shown, View)
    await until(lambda: deliveries.unfinished() and shown.id in deliveries.unfinished()[0].reply_to)
    (lost,) = deliveries.unfinished()
    invocation, _owner = recalled(lost.summary)
    # What the next bot finds, had this one been killed.
    deliveries.claim("press:before", noted(invocation, "gone"), lost.reply_to, datetime.now(UTC))
    bot.connected.listeners.tell_interrupted()
    await rita.sees("Interrupted: the bot was restarted while it worked on /pitchey wait")
    GO.set()
    await rita.sees("Waited long enough.")


def test_a_button_cannot_carry_more_than_slack_takes() -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        form_button("Too much", "note", text="x" * 2_000)
    first, second = (form_button("Same", "note", alert=name)["action_id"] for name in "ab")
    assert first != second
    assert first.startswith("form:note:")
    assert quoted("a") == '"a"'
