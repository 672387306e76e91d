"""Each method of `bot.rooms` through real sockets, and each way Slack refuses it."""

from __future__ import annotations

import pytest

from bot.rooms import NotInvited, Rooms
from bot.sandbox.workspace import ANA, BOT, DORA, GENERAL, GUS, LEADERSHIP, OMAR, RITA, SLACKBOT
from bot.slack_refusals import SlackRefused
from tests.house.real_bot import RealBot
from tests.sandbox.workspace.stage import without

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_channel_is_made_found_and_read(bot: RealBot, rooms: Rooms) -> None:
    public = await rooms.create("inc-1-checkout", private=False)
    private = await rooms.create("inc-2-security", private=True)
    assert bot.workspace.channels[private].is_private
    assert await rooms.find("inc-1-checkout") == public
    assert await rooms.find("inc-2-security") == private
    assert await rooms.find("inc-3") == ""
    assert await rooms.members(public) == {BOT}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("general", "name_taken"),
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("Has Capitals", "invalid_name_specials"),
        ("with.dot", "invalid_name_specials"),
    ],
)
async def test_a_name_slack_does_not_take_is_refused(rooms: Rooms, name: str, code: str) -> None:
    with pytest.raises(SlackRefused) as refused:
        await rooms.create(name, private=False)
    assert refused.value.code == code


async def test_whoever_can_come_is_invited_and_the_others_are_named(
    rooms: Rooms, room: str
) -> None:
    left_out = await rooms.invite(room, [ANA, OMAR, DORA, GUS, SLACKBOT, RITA])
    assert left_out == (
        NotInvited(DORA, "user_not_found"),
        NotInvited(GUS, "user_is_restricted"),
        NotInvited(SLACKBOT, "cant_invite"),
    )
    assert await rooms.members(room) == {BOT, ANA, OMAR, RITA}
    assert await rooms.invite(room, []) == ()
    assert await rooms.invite(room, [OMAR]) == ()  # in it already
    assert await rooms.invite(GENERAL, [OMAR]) == (NotInvited(OMAR, "not_in_channel"),)


async def test_topic_pin_permalink_and_message(bot: RealBot, rooms: Rooms, room: str) -> None:
    await rooms.set_topic(room, "t" * 300)
    assert bot.workspace.channels[room].topic == "t" * 250
    ana = bot.actor(ANA).at(room)
    await ana.types("the checkout is down")
    said = await ana.sees_message("checkout is down")
    await ana.at(room, said.ts).types("since noon")
    reply = await ana.at(room, said.ts).sees_message("since noon")
    await rooms.pin(room, said.ts)
    await rooms.pin(room, said.ts)
    assert bot.workspace.channels[room].pinned == [said.id]
    found = await rooms.message(room, reply.ts)
    assert found is not None
    assert (found.text, found.author_id, found.ts) == ("since noon", ANA, reply.ts)
    assert said.ts in found.permalink
    assert found.permalink == await rooms.permalink(room, reply.ts)
    assert await rooms.permalink(room, "1.000001") == ""


async def test_of_an_archived_channel_only_reading_is_left(
    bot: RealBot, rooms: Rooms, room: str
) -> None:
    name = bot.workspace.channels[room].name
    await rooms.archive(room)
    await rooms.archive(room)
    assert await rooms.find(name) == ""
    for act in (rooms.set_topic(room, "x"), rooms.pin(room, "1.000001")):
        with pytest.raises(SlackRefused) as refused:
            await act
        assert refused.value.code == "is_archived"
    assert await rooms.invite(room, [OMAR]) == (NotInvited(OMAR, "is_archived"),)


async def test_a_private_channel_of_others_does_not_exist_for_the_bot(rooms: Rooms) -> None:
    for act in (rooms.set_topic(LEADERSHIP, "x"), rooms.members(LEADERSHIP)):
        with pytest.raises(SlackRefused) as refused:
            await act
        assert refused.value.code == "channel_not_found"


@pytest.mark.parametrize(("scope", "private"), [("channels:manage", False), ("groups:write", True)])
async def test_without_its_scope_a_channel_is_not_made(
    bot: RealBot, rooms: Rooms, scope: str, private: bool
) -> None:
    kept = bot.workspace.manifest
    try:
        without(bot.workspace, scope)
        with pytest.raises(SlackRefused, match=scope) as refused:
            await rooms.create("inc-scope", private=private)
        assert refused.value.code == "missing_scope"
    finally:
        bot.workspace.manifest = kept
