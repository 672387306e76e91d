"""conversations.* that read: lists, information, members, history, threads."""

from __future__ import annotations

from bot.sandbox.workspace import seed, shapes
from bot.sandbox.workspace.calls import Call, Method, page_of, paged
from bot.sandbox.workspace.model import Channel, Json, Message
from bot.sandbox.workspace.refusal import Refusal

KINDS = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def list_all(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list"""
    kinds = _kinds(call)
    found = [one for one in call.workspace.channels.values() if kind(one) in kinds]
    found = [one for one in found if not one.is_private or seed.BOT in one.member_ids]
    return _channels(call, found)


def of_user(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.conversations"""
    kinds = _kinds(call)
    person_id = call.text("user") or seed.BOT
    if person_id not in call.workspace.people:
        raise Refusal("user_not_found")
    found = [
        one
        for one in call.workspace.channels.values()
        if kind(one) in kinds
        and person_id in one.member_ids
        and (not one.is_private or seed.BOT in one.member_ids)
    ]
    return _channels(call, found)


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    channel = call.channel()
    call.needs_for(channel, "read")
    answer = shape(channel)
    if not call.flag("include_num_members"):
        answer.pop("num_members", None)
    return {"channel": answer}


def members(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    channel = call.channel()
    call.needs_for(channel, "read")
    limit = call.number("limit", 100, most=1000)
    page, cursor = page_of(list(channel.member_ids), call.text("cursor"), limit)
    return {"members": page, **paged(cursor)}


def history(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history"""
    channel = call.channel()
    call.needs_for(channel, "history")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    found = [
        one
        for one in reversed(call.workspace.public_messages(channel.id))
        if one.broadcast or not one.is_reply
    ]
    page, cursor = _messages(call, found)
    return {"messages": page, "has_more": bool(cursor), "pin_count": len(channel.pinned)} | (
        paged(cursor) if cursor else {}
    )


def replies(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies"""
    channel = call.channel()
    call.needs_for(channel, "history")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    thread = call.workspace.thread(channel.id, call.required("ts"))
    if not thread:
        raise Refusal("thread_not_found")
    page, cursor = _messages(call, list(thread))
    return {"messages": page, "has_more": bool(cursor)} | (paged(cursor) if cursor else {})


def kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def shape(channel: Channel) -> Json:
    other = next((one for one in channel.member_ids if one != seed.BOT), "")
    member = seed.BOT in channel.member_ids
    return shapes.channel(channel, bot_is_member=member, person_id=other)


def _kinds(call: Call) -> list[str]:
    """The asked types; Refusal for an unknown one and for a missing scope."""
    kinds = call.list("types") or ["public_channel"]
    if not set(kinds) <= set(KINDS):
        raise Refusal("invalid_types")
    for one in kinds:
        call.needs(KINDS[one])
    return kinds


def _channels(call: Call, found: list[Channel]) -> Json:
    if call.flag("exclude_archived"):
        found = [one for one in found if not one.is_archived]
    limit = call.number("limit", 100, most=1000)
    page, cursor = page_of(found, call.text("cursor"), limit)
    return {"channels": [shape(one) for one in page], **paged(cursor)}


def _messages(call: Call, found: list[Message]) -> tuple[list[Json], str]:
    """The page between oldest and latest, in the order given."""
    try:
        oldest = float(call.text("oldest") or 0)
        latest = float(call.text("latest") or "inf")
    except ValueError:
        raise Refusal("invalid_ts_oldest") from None
    inclusive = call.flag("inclusive")
    kept = [
        one
        for one in found
        if oldest < float(one.ts) < latest or (inclusive and float(one.ts) in (oldest, latest))
    ]
    limit = call.number("limit", 100, most=999)
    page, cursor = page_of(kept, call.text("cursor"), limit)
    metadata = call.flag("include_all_metadata")
    return [shapes.message(call.workspace, one, with_metadata=metadata) for one in page], cursor


READ = tuple(KINDS.values())
METHODS = (
    Method("conversations.list", list_all, 2, READ),
    Method("users.conversations", of_user, 3, READ),
    Method("conversations.info", info, 3, READ),
    Method("conversations.members", members, 4, READ),
    Method("conversations.history", history, 3),
    Method("conversations.replies", replies, 3),
)
