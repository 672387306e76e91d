"""Slack's events as the typed events of `bot.events`; None for what concerns nobody here.

Source: docs.slack.dev, Events API reference, one page an event type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.events import (
    ChannelArchived,
    Event,
    MemberJoined,
    MemberLeft,
    MessageChanged,
    MessageDeleted,
    ReactionAdded,
)
from bot.payload_fields import Payload, Unreadable, required, table, text

# As Bolt names them; `message` is message.channels and message.groups of the manifest.
TYPES = (
    "reaction_added",
    "message",
    "channel_archive",
    "channel_deleted",
    "group_archive",
    "group_deleted",
    "member_joined_channel",
    "member_left_channel",
)


def event_of(body: Payload) -> Event | None:
    """What happened, by people: what the bot itself did to messages is left out."""
    event = table(body, "event")
    at = _moment(event, body)
    match text(event, "type"):
        case "message":
            return _message(event, body, at)
        case "reaction_added":
            item, person = table(event, "item"), required(event, "user")
            if text(item, "type") != "message" or person in _ourselves(body):
                return None
            emoji = required(event, "reaction")
            return ReactionAdded(at, person, emoji, required(item, "channel"), required(item, "ts"))
        case "member_joined_channel":
            return MemberJoined(at, required(event, "channel"), required(event, "user"))
        case "member_left_channel":
            return MemberLeft(at, required(event, "channel"), required(event, "user"))
        case "channel_archive" | "group_archive" | "channel_deleted" | "group_deleted" as kind:
            person = text(event, "user") or text(event, "actor_id")
            gone = kind.endswith("_deleted")
            return ChannelArchived(at, required(event, "channel"), person, gone)
        case _:
            return None


def identity(body: Payload) -> str:
    """The same for every delivery of one event: some duplicates carry distinct event ids."""
    event = table(body, "event")
    known = event if event.get("event_ts") else {"event_id": text(body, "event_id"), **event}
    written = json.dumps(known, sort_keys=True, separators=(",", ":"), default=str)
    return f"event:{hashlib.sha256(written.encode()).hexdigest()[:32]}"


def needed(body: Payload) -> dict[str, Any]:
    """The part of a delivery that `event_of` reads, to keep until it was handled."""
    kept = ("event", "event_time", "api_app_id", "authorizations")
    return {name: body[name] for name in kept if name in body}


def _message(event: Payload, body: Payload, at: datetime) -> Event | None:
    before, subtype = table(event, "previous_message"), text(event, "subtype")
    if subtype not in ("message_changed", "message_deleted"):
        return None
    channel = required(event, "channel")
    now = table(event, "message")
    if _is_ours(before, body) or _is_ours(now, body):
        return None
    said = text(before, "text")
    if subtype == "message_deleted":
        return MessageDeleted(at, channel, required(event, "deleted_ts"), said)
    if text(now, "subtype") == "tombstone":  # a deleted message whose thread remains
        return MessageDeleted(at, channel, required(now, "ts"), said)
    if text(now, "text") == said:  # an unfurled link, a reply counted
        return None
    return MessageChanged(at, channel, required(now, "ts"), text(now, "text"), said)


def _is_ours(message: Payload, body: Payload) -> bool:
    app = text(message, "app_id")
    return text(message, "user") in _ourselves(body) or bool(
        app and app == text(body, "api_app_id")
    )


def _ourselves(body: Payload) -> frozenset[str]:
    found = body.get("authorizations")
    return frozenset(
        text(entry, "user_id")
        for entry in (found if isinstance(found, list) else ())
        if isinstance(entry, Mapping) and entry.get("user_id")
    )


def _moment(event: Payload, body: Payload) -> datetime:
    try:
        seconds = float(text(event, "event_ts") or body.get("event_time") or "")
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise Unreadable("event_ts") from None
