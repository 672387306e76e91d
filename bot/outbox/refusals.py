"""What becomes of a message that Slack refuses: another form, another channel, or failed. Pure."""

from __future__ import annotations

from bot.blocks import clip, context
from bot.command import Block
from bot.limits import BLOCKS_PER_MESSAGE, MESSAGE_TEXT_ADVISED
from bot.store.outbox_rows import Course, Form, OutboxMessage

PICTURE_REFUSED = "invalid_slack_file"  # ours: Slack's code is that of any wrong block
NO_ANSWER = "no_answer"  # ours: Slack fails at this message again and again, and not at others
CHANNEL_REFUSED = {
    "is_archived": "the channel is archived",
    "not_in_channel": "the bot is not in that channel",
    "channel_not_found": "it does not exist, or the bot is not in it",
    "restricted_action": "a rule of the workspace forbids it",
    "restricted_action_read_only_channel": "the channel is read only",
    "cannot_dm_bot": "it is a bot",
    "user_not_found": "nobody has that id",
    "messages_tab_disabled": "the app takes no direct messages",
    "is_inactive": "the channel is frozen",
    "no_permission": "the bot may not post there",
}
_THREAD_REFUSED = {"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"}
_EDIT_REFUSED = {
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
    "block_mismatch",
    "update_failed",
}


def course_after(message: OutboxMessage, code: str) -> Course | None:
    """Where and how to send it next; None where every way was tried."""
    if message.edit_only and code in _EDIT_REFUSED | CHANNEL_REFUSED.keys():
        return None
    now = Course(message.form, message.channel, message.thread_ts, message.update_of)
    if code in _THREAD_REFUSED and now.thread_ts:
        return Course(now.form, now.channel, "", now.update_of)
    if code in _EDIT_REFUSED and now.update_of:
        return Course(now.form, now.channel, now.thread_ts, "")
    if code == PICTURE_REFUSED and now.form is Form.WHOLE:
        return Course(Form.PLAIN, now.channel, now.thread_ts, now.update_of)
    if code not in CHANNEL_REFUSED and now.form is not Form.TEXT and message.blocks:
        return Course(Form.TEXT, now.channel, now.thread_ts, now.update_of)
    elsewhere = message.fallback_channel
    if elsewhere and not message.meant_for and elsewhere != now.channel:
        return Course(now.form, elsewhere, "", "")
    return None


def explained(code: str, message: str) -> str:
    """Why Slack refused, in words, beginning small."""
    if code == PICTURE_REFUSED:
        return "Slack does not show its pictures"
    if code == NO_ANSWER:
        return "Slack fails at this message again and again"
    return f"{CHANNEL_REFUSED[code]} ({code})" if code in CHANNEL_REFUSED else message.rstrip(".")


def content(message: OutboxMessage) -> tuple[str, list[Block]]:
    """Text and blocks as they are sent now; away from its channel it says where it belonged."""
    text, blocks = message.text, message.blocks if message.form is not Form.TEXT else []
    if message.form is Form.PLAIN:
        blocks = [block for block in blocks if "slack_file" not in block]
    if message.meant_for:
        note = f":warning: This should have gone to {place(message.meant_for)}: {message.problem}."
        text = f"{note}\n{text}"
        blocks = [context(note), *blocks] if blocks else []
    if len(blocks) > BLOCKS_PER_MESSAGE:
        blocks = []
    return clip(text, MESSAGE_TEXT_ADVISED), blocks


def place(channel: str) -> str:
    """A channel or person as Slack shows it."""
    if channel.startswith(("C", "G")):
        return f"<#{channel}>"
    return f"<@{channel}>" if channel.startswith(("U", "W")) else channel
