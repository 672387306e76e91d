"""conversations.* that change: create, join, invite, topic, purpose, rename, archive, open."""

from __future__ import annotations

import re
import secrets

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.methods.conversations import shape
from bot.sandbox.workspace.model import Channel, Json
from bot.sandbox.workspace.refusal import Refusal

NAME_MOST = 80
TOPIC_MOST = 250


def create(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.create"""
    private = call.flag("is_private")
    call.needs("groups:write" if private else "channels:manage")
    name = _free_name(call)
    channel = Channel(
        f"C{secrets.token_hex(5).upper()}",
        name,
        seed.BOT,
        int(call.workspace.clock.now()),
        is_private=private,
        member_ids=[seed.BOT],
    )
    call.workspace.channels[channel.id] = channel
    tell(call, channel, "created")
    if not private:
        created = {"id": channel.id, "name": name, "created": channel.created, "creator": seed.BOT}
        event = {"type": "channel_created", "channel": created}
        call.workspace.events.send("channel_created", event, seed.BOT)
    return {"channel": shape(channel)}


def join(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.join"""
    channel = call.channel()
    if channel.is_private or channel.is_im:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    if seed.BOT in channel.member_ids:
        return {"channel": shape(channel), "warning": "already_in_channel"}
    call.workspace.posting.join(channel, seed.BOT)
    return {"channel": shape(channel)}


def invite(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.invite"""
    channel = call.channel()
    call.needs(*_manage(channel, "invites"))
    if channel.is_archived:
        raise Refusal("is_archived")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    wanted = call.list("users")
    if not wanted:
        raise Refusal("no_user")
    for person_id in wanted:
        person = call.workspace.people.get(person_id)
        if person is None or person.deleted:
            raise Refusal("user_not_found")
        if person_id == seed.BOT:
            raise Refusal("cant_invite_self")
        if person_id == seed.SLACKBOT:
            raise Refusal("cant_invite")
        if person_id in channel.member_ids:
            raise Refusal("already_in_channel")
        if person.is_guest:
            raise Refusal("user_is_restricted")
    for person_id in wanted:
        call.workspace.posting.join(channel, person_id, seed.BOT)
    return {"channel": shape(channel)}


def set_topic(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.setTopic"""
    channel = _changeable(call, "topic")
    channel.topic = _line(call, "topic")
    _note(call, channel, "channel_topic", f"set the channel topic: {channel.topic}")
    tell(call, channel, "topic")
    return {"channel": shape(channel)}


def set_purpose(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.setPurpose"""
    channel = _changeable(call, "topic")
    channel.purpose = _line(call, "purpose")
    _note(call, channel, "channel_purpose", f"set the channel description: {channel.purpose}")
    tell(call, channel, "purpose")
    return {"purpose": channel.purpose, "channel": shape(channel)}


def rename(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.rename"""
    channel = _changeable(call, "")
    if channel.is_general or channel.creator_id != seed.BOT:
        raise Refusal("not_authorized")
    before, channel.name = channel.name, _free_name(call)
    text = f'has renamed the channel from "{before}" to "{channel.name}"'
    _note(call, channel, "channel_name", text)
    tell(call, channel, "renamed")
    event = {
        "type": "channel_rename",
        "channel": {"id": channel.id, "name": channel.name, "created": channel.created},
    }
    call.workspace.events.send("channel_rename", event, seed.BOT)
    return {"channel": shape(channel)}


def archive(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.archive"""
    channel = call.channel()
    call.needs(*_manage(channel, ""))
    if channel.is_archived:
        raise Refusal("already_archived")
    if channel.is_general:
        raise Refusal("cant_archive_general")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    call.workspace.posting.archive(channel, seed.BOT)
    return {}


def open_direct(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open, for one person"""
    call.needs("im:write")
    wanted = call.list("users")
    if len(wanted) != 1:
        raise Refusal("users_list_not_supplied" if not wanted else "not_enough_users")
    person = call.workspace.people.get(wanted[0])
    if person is None:
        raise Refusal("user_not_found")
    if person.deleted:
        raise Refusal("user_disabled")
    if person.is_bot:
        raise Refusal("cannot_dm_bot")
    channel = call.workspace.direct(person.id)
    return {"channel": shape(channel) if call.flag("return_im") else {"id": channel.id}}


def tell(call: Call, channel: Channel, change: str) -> None:
    call.workspace.feed.tell("channel", change=change, channel_id=channel.id, person_id="")


def _changeable(call: Call, part: str) -> Channel:
    channel = call.channel()
    call.needs(*_manage(channel, part))
    if channel.is_im:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    return channel


def _manage(channel: Channel, part: str) -> tuple[str, ...]:
    """The scopes that allow it: the wide one, or the narrow one for that part."""
    wide, narrow = ("groups:write",) * 2 if channel.is_private else (
        "channels:manage",
        "channels:write",
    )  # fmt: skip
    return (wide, f"{narrow}.{part}") if part else (wide,)


def _line(call: Call, name: str) -> str:
    text = call.text(name)
    if len(text) > TOPIC_MOST:
        raise Refusal("too_long")
    return text


def _note(call: Call, channel: Channel, subtype: str, text: str) -> None:
    call.workspace.posting.post(channel, seed.BOT, f"<@{seed.BOT}> {text}", subtype=subtype)


def _free_name(call: Call) -> str:
    """A valid channel name that nobody has; the refusals of conversations.create."""
    name = call.text("name").removeprefix("#")
    if not name:
        raise Refusal("invalid_name_required")
    if len(name) > NAME_MOST:
        raise Refusal("invalid_name_maxlength")
    if not re.search(r"\w", name):
        raise Refusal("invalid_name_punctuation")
    if not re.fullmatch(r"[\w-]+", name) or name != name.lower():
        raise Refusal("invalid_name_specials")
    if any(one.name == name for one in call.workspace.channels.values()):
        raise Refusal("name_taken")
    return name


METHODS = (
    Method("conversations.create", create, 2, ("channels:manage", "groups:write")),
    Method("conversations.join", join, 3, ("channels:join",)),
    Method("conversations.invite", invite, 3),
    Method("conversations.setTopic", set_topic, 2),
    Method("conversations.setPurpose", set_purpose, 2),
    Method("conversations.rename", rename, 2),
    Method("conversations.archive", archive, 2),
    Method("conversations.open", open_direct, 3),
)
