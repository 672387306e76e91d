"""What Slack tells becomes an event once: by people, in channels the bot is in."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from bot.events import (
    ChannelArchived,
    MemberJoined,
    MemberLeft,
    MessageChanged,
    MessageDeleted,
    ReactionAdded,
)
from bot.payload_events import event_of, identity, needed
from bot.payload_fields import Unreadable
from bot.rooms import Rooms
from bot.sandbox.workspace import ANA, BOT, GENERAL
from bot.store import Claim
from tests.house.real_bot import RealBot
from tests.rooms.conftest import Heard
from tests.sandbox.workspace.stage import until


@pytest.mark.asyncio(loop_scope="package")
async def test_reactions_changes_and_deletions_of_people(
    bot: RealBot, room: str, heard: Heard
) -> None:
    ana = bot.actor(ANA).at(room)
    await ana.types("restarted the cache")
    said = await ana.sees_message("restarted the cache")
    await ana.reacts("pushpin", said)
    await bot.workspace.act.edit(ANA, said.id, "restarted the database")
    await bot.workspace.act.delete(ANA, said.id)
    await until(lambda: heard.of(MessageDeleted, room))
    (reaction,) = heard.of(ReactionAdded, room)
    assert (reaction.person_id, reaction.emoji, reaction.ts) == (ANA, "pushpin", said.ts)
    (changed,) = heard.of(MessageChanged, room)
    assert (changed.ts, changed.before, changed.text) == (
        said.ts,
        "restarted the cache",
        "restarted the database",
    )
    (deleted,) = heard.of(MessageDeleted, room)
    assert (deleted.ts, deleted.before) == (said.ts, "restarted the database")


@pytest.mark.asyncio(loop_scope="package")
async def test_what_the_bot_itself_changes_is_no_event(
    bot: RealBot, room: str, heard: Heard
) -> None:
    web = bot.connected.slack.web
    posted = await web.chat_postMessage(channel=room, text="first")
    await web.chat_update(channel=room, ts=posted["ts"], text="second")
    await web.chat_delete(channel=room, ts=posted["ts"])
    ana = bot.actor(ANA).at(room)
    await ana.types("afterwards")
    await ana.reacts("eyes", await ana.sees_message("afterwards"))
    await until(lambda: heard.of(ReactionAdded, room))  # events come in their order
    assert heard.of(MessageChanged, room) == []
    assert heard.of(MessageDeleted, room) == []


@pytest.mark.asyncio(loop_scope="package")
async def test_members_and_the_end_of_a_channel(
    bot: RealBot, rooms: Rooms, room: str, heard: Heard
) -> None:
    await bot.workspace.act.leave(ANA, room)
    await until(lambda: heard.of(MemberLeft, room))
    await rooms.invite(room, [ANA])
    await until(lambda: len(heard.of(MemberJoined, room)) == 2)
    assert {one.person_id for one in heard.of(MemberJoined, room)} == {ANA}
    await bot.workspace.act.archive(ANA, room)
    await until(lambda: heard.of(ChannelArchived, room))
    (archived,) = heard.of(ChannelArchived, room)
    assert (archived.person_id, archived.gone) == (ANA, False)
    private = await rooms.create("inc-private", private=True)
    await rooms.archive(private)
    await until(lambda: heard.of(ChannelArchived, private))
    assert heard.of(ChannelArchived, private)[0].person_id == BOT


@pytest.mark.asyncio(loop_scope="package")
async def test_an_event_delivered_twice_is_published_once(
    bot: RealBot, room: str, heard: Heard
) -> None:
    bot.workspace.faults.switch("slack_redelivers", True)
    try:
        ana = bot.actor(ANA).at(room)
        await ana.types("twice")
        await ana.reacts("eyes", await ana.sees_message("twice"))
        await until(lambda: heard.of(ReactionAdded, room))
        await bot.workspace.act.leave(ANA, room)
        await until(lambda: heard.of(MemberLeft, room))
        await asyncio.sleep(0.1)
    finally:
        bot.workspace.faults.switch("slack_redelivers", False)
    assert len(heard.of(ReactionAdded, room)) == 1
    assert len(heard.of(MemberLeft, room)) == 1


@pytest.mark.asyncio(loop_scope="package")
async def test_what_a_killed_bot_had_claimed_is_published_by_the_next(
    bot: RealBot, heard: Heard
) -> None:
    body = {**reaction(), "event": {**reaction()["event"], "event_ts": "77.000001"}}
    kept = json.dumps({"owner": "gone", "body": needed(body)})
    deliveries = bot.house.store.deliveries
    deliveries.exchange((Claim(identity(body), kept, "events"),), (), datetime.now(UTC))
    bot.connected.listeners.tell_interrupted()
    await until(lambda: heard.of(ReactionAdded, "C7"))
    await until(lambda: deliveries.unfinished() == ())
    bot.connected.listeners.tell_interrupted()
    await bot.runtime.events.settled()
    assert len(heard.of(ReactionAdded, "C7")) == 1


@pytest.mark.asyncio(loop_scope="package")
async def test_where_the_bot_is_not_it_hears_nothing(bot: RealBot, heard: Heard) -> None:
    ana = bot.actor(ANA).at(GENERAL)
    await ana.types("among us")
    await ana.reacts("eyes", await ana.sees_message("among us"))
    await asyncio.sleep(0.1)
    assert heard.of(ReactionAdded, GENERAL) == []


def reaction() -> dict[str, object]:
    return {
        "event_id": "Ev1",
        "event_time": 1_700_000_000,
        "api_app_id": "A1",
        "authorizations": [{"user_id": "UBOT", "is_bot": True}],
        "event": {
            "type": "reaction_added",
            "user": "U1",
            "reaction": "pushpin",
            "item": {"type": "message", "channel": "C7", "ts": "5.000100"},
            "event_ts": "1700000001.000200",
        },
    }


def test_duplicates_with_another_id_are_the_same_event() -> None:
    assert identity({**reaction(), "event_id": "Ev2"}) == identity(reaction())
    without_time = {**reaction(), "event": {"type": "channel_deleted", "channel": "C1"}}
    assert identity({**without_time, "event_id": "Ev2"}) != identity(without_time)


def test_a_deleted_parent_of_a_thread_is_a_deletion() -> None:
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "event_ts": "9.1",
        "message": {"subtype": "tombstone", "ts": "5.1", "text": "This message was deleted."},
        "previous_message": {"ts": "5.1", "text": "evidence", "user": "U1"},
    }
    found = event_of({**reaction(), "event": event})
    assert found == MessageDeleted(datetime.fromtimestamp(9.1, UTC), "C1", "5.1", "evidence")


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "text": "new"},
        {"type": "message", "subtype": "message_changed", "channel": "C", "event_ts": "1.0",
         "message": {"text": "same", "ts": "1.0"}, "previous_message": {"text": "same"}},
        {"type": "reaction_added", "user": "UBOT", "reaction": "x",
         "item": {"type": "message", "channel": "C", "ts": "1.0"}},
        {"type": "reaction_added", "user": "U1", "reaction": "x", "item": {"type": "file"}},
        {"type": "something_new"},
    ],
)  # fmt: skip
def test_what_concerns_nobody_is_left_out(event: dict[str, object]) -> None:
    assert event_of({**reaction(), "event": event}) is None


@pytest.mark.parametrize(
    "event",
    [
        {"type": "reaction_added", "user": 5},
        {"type": "member_left_channel", "channel": "C1"},
        {"type": "channel_archive", "event_ts": "noon"},
        {"type": "message", "subtype": "message_deleted", "channel": "C1"},
    ],
)
def test_an_event_that_slack_never_sends_is_unreadable(event: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        event_of({**reaction(), "event": event})
