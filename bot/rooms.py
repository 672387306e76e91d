"""Channels that the bot makes and keeps: create, invite, topic, pin, read, archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack_refusals import SlackRefused

if TYPE_CHECKING:
    from bot.command import Upload
    from bot.slack_calls import Slack

NAME_LONGEST = 80  # characters of a channel's name


@dataclass(frozen=True, slots=True)
class NotInvited:
    """Somebody whom Slack did not let into a channel, and why: its code, or a scope."""

    person_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as Slack shows it: `files` are names, `permalink` may be empty."""

    channel: str
    ts: str
    text: str
    author_id: str
    files: tuple[str, ...]
    permalink: str


class Rooms:
    """Each method raises SlackRefused (`code` is Slack's), Unreachable or OpsError."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def create(self, name: str, *, private: bool) -> str:
        """The new channel's id; `name` is lower case, at most 80 of a-z, 0-9, - and _."""
        answer = await self._slack.call(
            self._slack.web.conversations_create, name=name, is_private=private
        )
        return str(answer["channel"]["id"])

    async def find(self, name: str) -> str:
        """The id of the channel of that name that the bot is in; empty where there is none."""
        cursor = ""
        while True:
            answer = await self._slack.call(
                self._slack.web.users_conversations,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=200,
                cursor=cursor,
            )
            for channel in answer.get("channels", []):
                if channel.get("name") == name:
                    return str(channel["id"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return ""

    async def invite(self, channel: str, people: Sequence[str]) -> tuple[NotInvited, ...]:
        """Who could not be invited, and why; whoever is in it already counts as invited."""
        if not people:
            return ()
        try:
            await self._slack.call(
                self._slack.web.conversations_invite, channel=channel, users=",".join(people)
            )
        except SlackRefused as refused:
            if len(people) > 1:
                # Slack invites all or nobody: one by one, each gets what is theirs.
                refusals = [await self.invite(channel, [person]) for person in people]
                return tuple(each for refusal in refusals for each in refusal)
            if refused.code == "already_in_channel":
                return ()
            return (NotInvited(people[0], refused.reason),)
        return ()

    async def set_topic(self, channel: str, topic: str) -> None:
        await self._slack.call(
            self._slack.web.conversations_setTopic, channel=channel, topic=topic[:250]
        )

    async def pin(self, channel: str, ts: str) -> None:
        """Pinned already is good as well."""
        try:
            await self._slack.call(self._slack.web.pins_add, channel=channel, timestamp=ts)
        except SlackRefused as refused:
            if refused.code != "already_pinned":
                raise

    async def archive(self, channel: str) -> None:
        """Archived already is good as well."""
        try:
            await self._slack.call(self._slack.web.conversations_archive, channel=channel)
        except SlackRefused as refused:
            if refused.code != "already_archived":
                raise

    async def members(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            answer = await self._slack.call(
                self._slack.web.conversations_members, channel=channel, limit=200, cursor=cursor
            )
            found |= set(map(str, answer.get("members", [])))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(found)

    async def message(self, channel: str, ts: str) -> Spoken | None:
        """The message at that ts, in a thread too; None where there is none."""
        answer = await self._slack.call(
            self._slack.web.conversations_replies, channel=channel, ts=ts, limit=1, inclusive=True
        )
        for each in answer.get("messages", []):
            if each.get("ts") == ts:
                return Spoken(
                    channel,
                    ts,
                    str(each.get("text", "")),
                    str(each.get("user") or each.get("bot_id") or ""),
                    tuple(str(file.get("name", "file")) for file in each.get("files", ())),
                    await self.permalink(channel, ts),
                )
        return None

    async def share(self, channel: str, thread_ts: str, files: Sequence[Upload]) -> tuple[str, ...]:
        """Upload files into a thread; their ids, in order.

        Slack reads a picture for a moment after this returns; until then it refuses blocks that
        show it as `slack_file`.
        """
        uploads = [
            {
                "filename": each.name, "content": each.content,
                "title": each.title or each.name, "alt_txt": each.alt_text or None,
            }
            for each in files
        ]  # fmt: skip
        answer = await self._slack.call(
            self._slack.web.files_upload_v2,
            file_uploads=uploads,
            channel=channel,
            thread_ts=thread_ts,
        )
        return tuple(str(each.get("id", "")) for each in answer.get("files", []))

    async def canvas(self, title: str, markdown: str, channel: str) -> str:
        """The id of a new canvas in a tab of the channel; not every workspace has canvases."""
        answer = await self._slack.call(
            self._slack.web.canvases_create,
            title=title,
            document_content={"type": "markdown", "markdown": markdown},
            channel_id=channel,
        )
        return str(answer.get("canvas_id", ""))

    async def permalink(self, channel: str, ts: str) -> str:
        try:
            answer = await self._slack.call(
                self._slack.web.chat_getPermalink, channel=channel, message_ts=ts
            )
        except SlackRefused:
            return ""
        return str(answer.get("permalink", ""))
