"""reactions.*, pins.*, bookmarks.*: what is put on messages and channels."""

from __future__ import annotations

import secrets

import emoji as emoji_names

from bot.sandbox.workspace import seed, shapes
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.methods.channels import tell
from bot.sandbox.workspace.model import Bookmark, Channel, Json
from bot.sandbox.workspace.refusal import Refusal, missing

# Slack's own short names that the table of emoji lacks.
MORE_EMOJI = {"thumbsup", "thumbsdown", "white_check_mark", "eyes", "rotating_light", "+1", "-1"}


def reaction_add(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.add"""
    channel, name = _reacting(call)
    message = call.message(channel, "timestamp")
    if not known_emoji(name):
        raise Refusal("invalid_name")
    if not call.workspace.posting.react(message, seed.BOT, name):
        raise Refusal("already_reacted")
    return {}


def reaction_remove(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.remove"""
    channel, name = _reacting(call)
    message = call.message(channel, "timestamp")
    if not call.workspace.posting.unreact(message, seed.BOT, name):
        raise Refusal("no_reaction")
    return {}


def reaction_get(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.get"""
    channel = call.channel()
    message = call.message(channel, "timestamp")
    answer = shapes.message(call.workspace, message)
    return {"type": "message", "channel": channel.id, "message": answer}


def pin_add(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.add"""
    channel = _writable(call, "channel")
    message = call.message(channel, "timestamp")
    if message.id in channel.pinned:
        raise Refusal("already_pinned")
    channel.pinned.append(message.id)
    tell(call, channel, "pins")
    return {}


def pin_remove(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.remove"""
    channel = _writable(call, "channel")
    message = call.message(channel, "timestamp")
    if message.id not in channel.pinned:
        raise Refusal("no_pin")
    channel.pinned.remove(message.id)
    tell(call, channel, "pins")
    return {}


def pin_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.list"""
    channel = call.joined_channel()
    items = []
    for message_id in reversed(channel.pinned):
        message = call.workspace.message(message_id)
        if message is not None:
            shape = shapes.message(call.workspace, message)
            items.append({"type": "message", "channel": channel.id, "message": shape})
    return {"items": items}


def bookmark_add(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/bookmarks.add"""
    channel = _writable(call, "channel_id")
    if call.required("type") != "link":
        raise Refusal("invalid_bookmark_type")
    link = call.text("link")
    if not link.startswith(("http://", "https://")):
        raise Refusal("invalid_link")
    bookmark = Bookmark(
        f"Bk{secrets.token_hex(5).upper()}", call.required("title"), link, call.text("emoji")
    )
    channel.bookmarks.append(bookmark)
    tell(call, channel, "bookmarks")
    return {"bookmark": _bookmark(channel, bookmark)}


def bookmark_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/bookmarks.list"""
    channel = call.joined_channel("channel_id")
    return {"bookmarks": [_bookmark(channel, one) for one in channel.bookmarks]}


def known_emoji(name: str) -> bool:
    plain = name.partition("::")[0]
    return (
        plain in MORE_EMOJI or emoji_names.emojize(f":{plain}:", language="alias") != f":{plain}:"
    )


def _reacting(call: Call) -> tuple[Channel, str]:
    name = call.required("name").strip(":")
    if not call.text("timestamp"):
        raise Refusal("no_item_specified")
    return _writable(call, "channel"), name


def _writable(call: Call, name: str) -> Channel:
    if not call.text(name):
        raise missing(name)
    channel = call.channel(name)
    if channel.is_archived:
        raise Refusal("is_archived")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    return channel


def _bookmark(channel: Channel, bookmark: Bookmark) -> Json:
    return {
        "id": bookmark.id,
        "channel_id": channel.id,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji or None,
        "type": "link",
    }


METHODS = (
    Method("reactions.add", reaction_add, 3, ("reactions:write",)),
    Method("reactions.remove", reaction_remove, 2, ("reactions:write",)),
    Method("reactions.get", reaction_get, 3, ("reactions:read",)),
    Method("pins.add", pin_add, 2, ("pins:write",)),
    Method("pins.remove", pin_remove, 2, ("pins:write",)),
    Method("pins.list", pin_list, 2, ("pins:read",)),
    Method("bookmarks.add", bookmark_add, 2, ("bookmarks:write",)),
    Method("bookmarks.list", bookmark_list, 3, ("bookmarks:read",)),
)
