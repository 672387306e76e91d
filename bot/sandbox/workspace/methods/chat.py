"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

from bot.sandbox.workspace import checks, seed, shapes
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.model import Channel, Json, Message
from bot.sandbox.workspace.refusal import Refusal


def post_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage"""
    channel = destination(call)
    content = read_content(call)
    thread_ts = call.text("thread_ts")
    if thread_ts:
        thread_ts = _thread(call, channel, thread_ts)
    if content["username"] or content["icon"]:
        call.needs("chat:write.customize")
    call.workspace.rates.message(channel.id)
    message = call.workspace.posting.post(
        channel,
        seed.BOT,
        thread_ts=thread_ts,
        broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
        **content,
    )
    answer = shapes.message(call.workspace, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": answer}


def post_ephemeral(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    channel = call.channel()
    person = call.workspace.people.get(call.required("user"))
    if person is None or person.deleted:
        raise Refusal("user_not_found")
    if channel.is_archived:
        raise Refusal("is_archived")
    if seed.BOT not in channel.member_ids:
        raise Refusal("not_in_channel")
    if person.id not in channel.member_ids:
        raise Refusal("user_not_in_channel")
    content = read_content(call)
    thread_ts = call.text("thread_ts")
    message = call.workspace.posting.post(
        channel, seed.BOT, thread_ts=thread_ts, ephemeral_to=person.id, **content
    )
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update"""
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != seed.BOT:
        raise Refusal("cant_update_message")
    if channel.is_archived:
        raise Refusal("is_archived")
    content = read_content(call, text_most=checks.UPDATE_TEXT_MOST)
    has_blocks = call.arguments.get("blocks") is not None
    has_attachments = call.arguments.get("attachments") is not None
    # Text alone takes the place of blocks and attachments that are not sent again.
    has_text = call.arguments.get("text") is not None
    call.workspace.posting.change(
        message,
        text=content["text"] if has_text or has_blocks else None,
        blocks=content["blocks"] if has_blocks or has_text else None,
        attachments=content["attachments"] if has_attachments or has_text else None,
        metadata=content["metadata"] if call.arguments.get("metadata") is not None else None,
        mark_edited=not has_blocks,  # Slack shows "(edited)" only where text was changed
    )
    answer = shapes.message(call.workspace, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": answer}


def delete(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != seed.BOT:
        raise Refusal("cant_delete_message")
    call.workspace.posting.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call, channel, message)}


def permalink(call: Call, channel: Channel, message: Message) -> str:
    address = f"{call.workspace.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return address


def destination(call: Call, name: str = "channel") -> Channel:
    """Where the bot may post: its channels, a person's direct message, with chat:write.public
    any public channel.
    """
    wanted = call.text(name)
    person = call.workspace.people.get(wanted)
    if person is not None:
        if person.deleted or person.is_bot:
            raise Refusal("channel_not_found")
        if not call.workspace.manifest.messages_tab:
            raise Refusal("messages_tab_disabled")
        return call.workspace.direct(person.id)
    named = wanted.removeprefix("#")
    by_name = next((one for one in call.workspace.channels.values() if one.name == named), None)
    if wanted not in call.workspace.channels and named and by_name is not None:
        call.arguments[name] = by_name.id
    channel = call.channel(name)
    if channel.is_archived:
        raise Refusal("is_archived")
    public = "chat:write.public" in call.workspace.scopes and not channel.is_private
    if seed.BOT not in channel.member_ids and not public:
        raise Refusal("not_in_channel")
    return channel


def read_content(call: Call, *, text_most: int = checks.TEXT_MOST) -> Json:
    """Text, blocks, attachments and metadata of a message, checked as Slack does."""
    blocks = call.json("blocks", "invalid_blocks_format")
    attachments = call.json("attachments", "invalid_attachments")
    metadata = call.json("metadata", "invalid_metadata_format")
    text = call.text("text")
    if blocks is not None and not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if not (text.strip() or blocks or attachments):
        raise Refusal("no_text")
    if metadata and not (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refusal("invalid_metadata_schema")
    payload = {"text": text, "blocks": blocks or [], "attachments": attachments or []}
    checks.message_size(payload, text_most=text_most)
    checks.message(payload)
    checks.pictures(call.workspace, blocks)
    return {
        "text": text,
        "blocks": blocks or [],
        "attachments": attachments or [],
        "metadata": metadata or {},
        "username": call.text("username"),
        "icon": call.text("icon_emoji") or call.text("icon_url"),
    }


def _thread(call: Call, channel: Channel, thread_ts: str) -> str:
    """The thread's own ts; a reply's ts leads to its parent's thread, unknown ones are refused."""
    parent = call.workspace.message_at(channel.id, thread_ts)
    if parent is None or parent.ephemeral_to:
        raise Refusal("thread_not_found")
    return parent.thread_ts or parent.ts


METHODS = (
    Method("chat.postMessage", post_message, 4, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, 4, ("chat:write",)),
    Method("chat.update", update, 3, ("chat:write",)),
    Method("chat.delete", delete, 3, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, 4),
)
