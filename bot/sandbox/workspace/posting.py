"""Messages come, change and go: the state, the live feed and the app's events in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import seed, shapes
from bot.sandbox.workspace.elements import with_block_ids
from bot.sandbox.workspace.model import Channel, Json, Message, Reaction

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace


class Posting:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def post(self, channel: Channel, author_id: str, text: str, **more: Any) -> Message:
        """Add a message; `more` are fields of Message. Blocks get the ids they lack."""
        workspace = self._workspace
        ts = workspace.next_ts()
        more["blocks"] = with_block_ids(more.get("blocks") or ())
        message = Message(
            id=f"{channel.id}:{ts}",
            channel_id=channel.id,
            ts=ts,
            author_id=author_id,
            text=text,
            **more,
        )
        workspace.keep(message)
        if message.is_reply and not message.ephemeral_to:
            self._count_reply(message)
        self._tell(message, "new")
        if not message.ephemeral_to:
            workspace.events.message_posted(message)
        return message

    def change(
        self,
        message: Message,
        *,
        text: str | None = None,
        blocks: Sequence[Json] | None = None,
        attachments: Sequence[Json] | None = None,
        metadata: Json | None = None,
        mark_edited: bool = True,
    ) -> None:
        """Change what is given; the rest stays as it was."""
        before = shapes.message(self._workspace, message)
        if text is not None:
            message.text = text
        if blocks is not None:
            message.blocks = with_block_ids(blocks)
        if attachments is not None:
            message.attachments = list(attachments)
        if metadata is not None:
            message.metadata = metadata
        if mark_edited:
            message.edited_ts = self._workspace.next_ts()
        self._tell(message, "changed")
        if not message.ephemeral_to:
            self._workspace.events.message_changed(message, before)

    def delete(self, message: Message) -> None:
        before = shapes.message(self._workspace, message)
        message.deleted = True
        channel = self._workspace.channels[message.channel_id]
        if message.id in channel.pinned:
            channel.pinned.remove(message.id)
        if message.is_reply and not message.ephemeral_to:
            self._uncount_reply(message)
        self._tell(message, "deleted")
        if not message.ephemeral_to:
            self._workspace.events.message_deleted(message, before)

    def react(self, message: Message, person_id: str, emoji: str) -> bool:
        """Add a reaction; False when the person had already given it."""
        found = next((one for one in message.reactions if one.name == emoji), None)
        if found is None:
            found = Reaction(emoji)
            message.reactions.append(found)
        if person_id in found.person_ids:
            return False
        found.person_ids.append(person_id)
        self._tell_reaction(message, person_id, emoji, added=True)
        return True

    def unreact(self, message: Message, person_id: str, emoji: str) -> bool:
        """Take a reaction back; False when there was none."""
        found = next((one for one in message.reactions if one.name == emoji), None)
        if found is None or person_id not in found.person_ids:
            return False
        found.person_ids.remove(person_id)
        if not found.person_ids:
            message.reactions.remove(found)
        self._tell_reaction(message, person_id, emoji, added=False)
        return True

    def join(self, channel: Channel, person_id: str, inviter: str = "") -> None:
        """Make somebody a member, with the note and the event that go with it."""
        channel.member_ids.append(person_id)
        text = f"<@{person_id}> has joined the channel"
        self.post(channel, person_id, text, subtype="channel_join")
        self._workspace.feed.tell("channel", change="members", channel_id=channel.id, person_id="")
        self._workspace.events.membership(channel, person_id, joined=True, inviter=inviter)

    def leave(self, channel: Channel, person_id: str) -> None:
        """End a membership, with the note and the event that go with it."""
        channel.member_ids.remove(person_id)
        text = f"<@{person_id}> has left the channel"
        self.post(channel, person_id, text, subtype="channel_leave")
        self._workspace.feed.tell("channel", change="members", channel_id=channel.id, person_id="")
        self._workspace.events.membership(channel, person_id, joined=False)

    def archive(self, channel: Channel, person_id: str) -> None:
        """Close the channel; its messages stay."""
        self.post(
            channel, person_id, f"<@{person_id}> archived the channel", subtype="channel_archive"
        )
        channel.is_archived = True
        self._workspace.feed.tell("channel", change="archived", channel_id=channel.id, person_id="")
        self._workspace.events.archived(channel, person_id)

    def slackbot(self, channel: Channel, person_id: str, text: str, thread_ts: str = "") -> None:
        """Slackbot tells one person something; only that person sees it."""
        self.post(channel, seed.SLACKBOT, text, ephemeral_to=person_id, thread_ts=thread_ts)

    def _count_reply(self, message: Message) -> None:
        parent = self._workspace.message_at(message.channel_id, message.thread_ts)
        if parent is None:
            return
        parent.thread_ts = parent.ts
        parent.reply_count += 1
        parent.latest_reply = message.ts
        if message.author_id not in parent.reply_person_ids:
            parent.reply_person_ids.append(message.author_id)
        self._tell(parent, "changed")

    def _uncount_reply(self, message: Message) -> None:
        parent = self._workspace.message_at(message.channel_id, message.thread_ts)
        if parent is None:
            return
        left = [
            one
            for one in self._workspace.thread(message.channel_id, message.thread_ts)
            if one.is_reply
        ]
        parent.reply_count = len(left)
        parent.reply_person_ids = list(dict.fromkeys(one.author_id for one in left))
        parent.latest_reply = left[-1].ts if left else ""
        if not left:
            parent.thread_ts = ""
        self._tell(parent, "changed")

    def _tell(self, message: Message, change: str) -> None:
        self._workspace.feed.tell(
            "message",
            change=change,
            channel_id=message.channel_id,
            message_id=message.id,
            ts=message.ts,
            thread_ts=message.thread_ts,
            person_id=message.ephemeral_to,
        )

    def _tell_reaction(self, message: Message, person_id: str, emoji: str, *, added: bool) -> None:
        self._workspace.feed.tell(
            "reaction",
            channel_id=message.channel_id,
            message_id=message.id,
            emoji=emoji,
            by=person_id,
            added=added,
            person_id="",
        )
        self._workspace.events.reaction(message, person_id, emoji, added=added)
