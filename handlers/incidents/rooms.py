"""The room of an incident: made after it was stored, and again from where a crash left it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot import oncall
from bot.blocks import escape, mention
from bot.errors import OpsError
from bot.slack_refusals import SlackRefused
from bot.store.incidents_rows import BOT, IncidentRecord, IncidentRole, RoomState
from handlers.incidents import telling
from handlers.incidents.card_views import topic
from handlers.incidents.finding import in_slack
from handlers.incidents.naming import attempt_of, channel_name
from handlers.incidents.readable import readable
from handlers.incidents.recording import own_entry

if TYPE_CHECKING:
    from bot.messages import Delivered
    from bot.rooms import Rooms
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
# Slack may answer otherwise later; with any other refusal the incident lives elsewhere.
LATER = frozenset(
    {
        "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
        "team_added_to_org", "accesslimited", "invalid_auth", "not_authed", "token_revoked",
        "account_inactive",
    }
)  # fmt: skip
NAMES_TRIED = 50
ARRIVAL_LOOKS, ARRIVAL_PAUSE = 20, 0.1  # seconds between two looks
TOPIC, INVITED, PINNED = 1, 2, 3  # steps after the channel itself


async def prepare(runtime: Runtime, incident: str) -> None:
    """Make what is missing of its room; a failure that passes is tried again by the job."""
    try:
        record = runtime.store.incidents.find(incident)
        if record is None or runtime.rooms is None:
            return
        if record.room is RoomState.WANTED:
            record = await _make(runtime, runtime.rooms, record)
        if record.room is RoomState.MADE:
            await _furnish(runtime, runtime.rooms, record)
        elif record.room is RoomState.SHARED and not record.thread_ts:
            _settle(runtime, record)
    except OpsError as error:
        log.warning("the room of %s has to wait: %s", incident, error)


async def _make(runtime: Runtime, rooms: Rooms, record: IncidentRecord) -> IncidentRecord:
    zone, store = runtime.settings.team.timezone, runtime.store.incidents
    begun = attempt_of(record.channel_name, record, zone)
    for attempt in range(max(begun, 1), NAMES_TRIED):
        name = channel_name(record, zone, attempt)
        # Written first: a channel of that name that is there after a crash is ours.
        mine = record.channel_name == name
        if not mine:
            store.change(record.id, {"channel_name": name}, BOT, None, runtime.now())
        try:
            channel = await rooms.create(name, private=record.private)
        except SlackRefused as refused:
            if refused.code in LATER:
                raise
            if refused.code != "name_taken":
                return _share(runtime, record, refused.reason, refused.hint)
            channel = await _crashed_with(runtime, rooms, name) if mine else ""
        if channel:
            return _made(runtime, record, channel, name)
    return _share(runtime, record, "name_taken")


async def _crashed_with(runtime: Runtime, rooms: Rooms, name: str) -> str:
    """The channel of that name, made before a crash: nobody but the bot can be in it."""
    channel = await rooms.find(name)
    if not channel or runtime.store.incidents.of_channel(channel) is not None:
        return ""
    return channel if len(await rooms.members(channel)) <= 1 else ""


def _made(runtime: Runtime, record: IncidentRecord, channel: str, name: str) -> IncidentRecord:
    entry = own_entry(runtime, "room", f"Channel #{name} was made.", "room:made")
    values = {
        "room": RoomState.MADE, "channel": channel, "channel_name": name, "thread_ts": "",
        "card": telling.first_card(record), "room_problem": "",
    }  # fmt: skip
    only_if = {"room": RoomState.WANTED}
    found = runtime.store.incidents.change(
        record.id, values, BOT, entry, runtime.now(), only_if=only_if
    )
    if found is None:
        return runtime.store.incidents.find(record.id) or record
    telling.show(runtime, found)
    telling.publish(runtime, found, "room")
    return found


def _share(runtime: Runtime, record: IncidentRecord, reason: str, hint: str = "") -> IncidentRecord:
    """No channel of its own: the one where it was declared, else the operations channel; a
    private one in the direct messages of whoever declared it."""
    why = f"Slack refused to make a channel: {reason}"
    ops = runtime.settings.slack.ops_channel
    place, thread = record.origin or ops, record.origin_thread
    if record.private:
        known = [record.declared_by_id, *runtime.settings.incidents.security_people]
        place, thread = next(filter(in_slack, known), ""), ""
    entry = own_entry(
        runtime, "room", f"{why}. The incident is worked on where it was declared.", "room:shared"
    )
    values = {
        "room": RoomState.SHARED, "channel": place, "thread_ts": thread, "room_problem": why,
        "card": telling.first_card(record) if place else "",
    }  # fmt: skip
    found = runtime.store.incidents.change(
        record.id, values, BOT, entry, runtime.now(), only_if={"room": RoomState.WANTED}
    )
    if found is None:
        return runtime.store.incidents.find(record.id) or record
    telling.show(runtime, found)
    warning = f":warning: {record.id} has no channel of its own. {why}. Work on it in this thread."
    warning = f"{warning} {hint}".strip()
    telling.say(runtime, found, warning, key="shared")
    telling.publish(runtime, found, "room")
    return found


def _settle(runtime: Runtime, record: IncidentRecord) -> None:
    """Once its first message stands in Slack, that one's thread is the incident's."""
    at = runtime.messages.delivered(telling.root_key(runtime, record))
    if at is not None:
        values = {"channel": at.channel, "thread_ts": at.ts}
        runtime.store.incidents.change(record.id, values, BOT, None, runtime.now())


async def _furnish(runtime: Runtime, rooms: Rooms, record: IncidentRecord) -> None:
    cursor = f"incident:{record.number}:room"
    done = runtime.store.cursors.position(cursor) or 0
    if done < TOPIC:
        await _tried(rooms.set_topic(record.channel, topic(record)), record, "the topic")
        runtime.store.cursors.move(cursor, TOPIC)
    if done < INVITED:
        await _invite(runtime, rooms, record)
        runtime.store.cursors.move(cursor, INVITED)
    if done < PINNED and (at := await _arrival(runtime, record.card)) is not None:
        if at.channel == record.channel:
            problem = await _tried(rooms.pin(at.channel, at.ts), record, "the card's pin")
            if problem:
                note = f"The card could not be pinned: {problem}."
                runtime.store.timeline.append(
                    record.id, own_entry(runtime, "room", note, "room:unpinned")
                )
                telling.say(runtime, record, f":information_source: {note}", key="unpinned")
        runtime.store.cursors.move(cursor, PINNED)


async def _arrival(runtime: Runtime, key: str) -> Delivered | None:
    """Where that message stands; waits a little, else a later look finds it."""
    for _ in range(ARRIVAL_LOOKS):
        if (at := runtime.messages.delivered(key)) is not None:
            return at
        await asyncio.sleep(ARRIVAL_PAUSE)
    return None


async def _tried(work: object, record: IncidentRecord, what: str) -> str:
    """What Slack refuses of the room's furniture is not worth waiting for; answers why."""
    try:
        await work  # type: ignore[misc]
    except SlackRefused as refused:
        if refused.code in LATER:
            raise
        log.warning("%s of %s was refused: %s", what, record.id, refused)
        return refused.reason
    return ""


async def _invite(runtime: Runtime, rooms: Rooms, record: IncidentRecord) -> None:
    people, troubles = await _wanted_people(runtime, record)
    refused = await rooms.invite(record.channel, people)
    missing = {each.person_id: each.reason for each in refused}
    now, work = runtime.now(), runtime.store.incident_work
    for person in people:
        if person not in missing:
            work.link(record.id, "invited", person, "", None, now)
    invited = [mention(each, "") for each in people if each not in missing]
    text = f"Invited: {' '.join(invited) or 'nobody'}."
    if missing:
        listed = ", ".join(f"{mention(each, '')} ({why})" for each, why in missing.items())
        text += f" Not invited: {listed}."
    if troubles:
        text += f" {'; '.join(troubles)}."
    kept = own_entry(runtime, "room", await readable(runtime, text), "room:invited")
    runtime.store.timeline.append(record.id, kept)
    if missing or troubles:
        telling.say(runtime, record, f":warning: {text} Ask them yourself.", key="not-invited")


async def _wanted_people(
    runtime: Runtime, record: IncidentRecord
) -> tuple[tuple[str, ...], list[str]]:
    settings = runtime.settings.incidents
    levels = {str(name): found for name, found in settings.invite.items()}
    people = [record.declared_by_id]
    people += [each.person_id for each in runtime.store.incident_work.people(record.id)]
    troubles: list[str] = []
    if record.private:
        people += settings.security_people
    for level in levels.get(record.severity, ()):
        called = await oncall.callees(runtime, level, runtime.now())
        people += called.people
        troubles += [f"On-call {escape(level)}: {called.trouble}"] if called.trouble else []
    return tuple(dict.fromkeys(filter(in_slack, people))), troubles


async def invite_more(runtime: Runtime, record: IncidentRecord, people: tuple[str, ...]) -> None:
    """Ask people in who came to it later; what is refused is left to them."""
    wanted = tuple(filter(in_slack, people))
    if runtime.rooms is None or record.room is not RoomState.MADE or not wanted:
        return
    try:
        refused = {each.person_id for each in await runtime.rooms.invite(record.channel, wanted)}
    except OpsError as error:
        log.warning("nobody more could be invited to %s: %s", record.id, error)
        return
    for person in wanted:
        if person not in refused:
            link = runtime.store.incident_work.link
            link(record.id, "invited", person, "", None, runtime.now())


async def retopic(runtime: Runtime, incident: str) -> None:
    """The topic says severity and whether it is over."""
    record = runtime.store.incidents.find(incident)
    if record is None or runtime.rooms is None or record.room is not RoomState.MADE:
        return
    try:
        await runtime.rooms.set_topic(record.channel, topic(record))
    except OpsError as error:
        log.warning("the topic of %s could not be changed: %s", incident, error)


async def move(runtime: Runtime, record: IncidentRecord, why: str) -> IncidentRecord | None:
    """Its channel is gone: it goes on in the operations channel, a private one in direct
    messages. None where that was known."""
    why = await readable(runtime, why)
    entry = own_entry(runtime, "room", f"{why}.", f"room:lost:{record.channel}")
    if record.over:
        values: dict[str, object] = {"room": RoomState.ARCHIVED, "card": ""}
    else:
        place = runtime.settings.slack.ops_channel
        if record.private:
            holder = runtime.store.incident_work.holder(record.id, IncidentRole.COMMANDER)
            known = [holder.person_id if holder else "", record.declared_by_id]
            place = next(filter(in_slack, known), "")
        values = {
            "room": RoomState.SHARED, "channel": place, "thread_ts": "", "room_problem": why,
            "card": telling.next_card(record) if place else "",
        }  # fmt: skip
    only_if = {"channel": record.channel, "room": RoomState.MADE}
    return runtime.store.incidents.change(
        record.id, values, BOT, entry, runtime.now(), only_if=only_if
    )
