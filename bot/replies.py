"""Replies in Slack: the right message, in the right place, once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.blocks import clip, context, plain, section, without_sharing
from bot.command import Block, Delivery, Reply
from bot.destination import Destination, Place
from bot.errors import OpsError
from bot.limits import BLOCKS_PER_MESSAGE, BLOCKS_PER_VIEW, MESSAGE_TEXT_ADVISED
from bot.slack_refusals import SlackRefused
from bot.uploads import upload

if TYPE_CHECKING:
    from bot.slack_calls import Slack

log = logging.getLogger(__name__)
_NOT_IN_VIEWS = frozenset({"table", "data_table", "data_visualization", "container", "markdown"})


class SlackResponder:
    """Tells one person at one destination; falls back to a direct message where that is gone."""

    def __init__(self, slack: Slack, destination: Destination) -> None:
        self._slack = slack
        self._to = destination
        self._progress_ts = ""
        self._progress_channel = ""
        self._progress_shown = False

    async def progress(self, text: str) -> None:
        """Show or change the one progress message; raises OpsError.

        What a slash command's response_url has posted cannot be replaced through it: there the
        first progress message stays as it is, and the answer follows below it.
        """
        await self._place(text, [section(text)], final=False, in_channel=False)
        self._progress_shown = True

    async def send(self, reply: Reply) -> str | None:
        """Show the result in place of the progress; raises OpsError where every way failed.

        Answers why the file was not sent, where the reply is nothing without it.
        """
        lost = None
        text = clip(reply.text, MESSAGE_TEXT_ADVISED)
        blocks = reply.blocks[:BLOCKS_PER_MESSAGE] or [section(text)]
        if reply.files:
            try:
                await upload(
                    self._slack,
                    self._to,
                    self._to.person,
                    text,
                    reply.files,
                    in_channel=reply.in_channel,
                )
            except OpsError as error:
                trouble = f"The file could not be sent: {error.message}"
                if all(file.supplement for file in reply.files):
                    told = context(f":warning: {trouble}")
                    blocks = [*blocks[: BLOCKS_PER_MESSAGE - 1], told]
                else:
                    lost, text = trouble, f":warning: {trouble}"
                    blocks = [section(text), *([context(error.hint)] if error.hint else [])]
        try:
            if reply.private and self._to.place is Place.THREAD:
                await self._to_one(text, blocks)
            else:
                await self._place(text, blocks, final=True, in_channel=reply.in_channel)
        except SlackRefused as refused:
            if self._to.place is Place.DIRECT:
                raise
            log.warning("reply sent as a direct message instead: %s", refused)
            await self._post(self._to.person, text, blocks)
        return lost

    async def _place(
        self, text: str, blocks: list[Block], *, final: bool, in_channel: bool
    ) -> None:
        match self._to.place:
            case Place.RESPONSE_URL:
                if final or not self._progress_shown:
                    await self._by_response_url(text, blocks, in_channel=in_channel, replace=False)
            case Place.MESSAGE:
                await self._at_message(text, blocks, final=final, in_channel=in_channel)
            case Place.VIEW:
                await self._in_view(text, blocks)
            case Place.THREAD:
                await self._post_or_update(self._to.channel, text, blocks, self._to.thread_ts)
            case Place.DIRECT:
                await self._post_or_update(self._to.person, text, blocks, "")

    async def _by_response_url(
        self, text: str, blocks: list[Block], *, in_channel: bool, replace: bool
    ) -> None:
        await self._slack.respond(
            self._to.response_url,
            text=text,
            blocks=blocks,
            response_type="in_channel" if in_channel else "ephemeral",
            replace_original=replace,
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _to_one(self, text: str, blocks: list[Block]) -> None:
        if self._progress_ts:
            told = f":speech_balloon: <@{self._to.person}> was answered privately."
            await self._post_or_update(self._to.channel, told, [section(told)], "")
        await self._slack.call(
            self._slack.web.chat_postEphemeral,
            channel=self._to.channel,
            user=self._to.person,
            thread_ts=self._to.thread_ts,
            text=text,
            blocks=blocks,
        )

    async def _at_message(
        self, text: str, blocks: list[Block], *, final: bool, in_channel: bool
    ) -> None:
        if self._to.delivery is Delivery.UPDATE:
            if self._to.ephemeral:
                await self._by_response_url(text, blocks, in_channel=False, replace=True)
            elif final:
                await self._slack.call(
                    self._slack.web.chat_update,
                    channel=self._to.channel,
                    ts=self._to.ts,
                    text=text,
                    blocks=blocks,
                )
        elif self._to.delivery is Delivery.THREAD and not self._to.ephemeral:
            thread = self._to.thread_ts or self._to.ts
            await self._post_or_update(self._to.channel, text, blocks, thread)
        else:
            await self._by_response_url(text, blocks, in_channel=in_channel, replace=False)

    async def _in_view(self, text: str, blocks: list[Block]) -> None:
        await self._slack.call(
            self._slack.web.views_update, view_id=self._to.view, view=result_view(text, blocks)
        )

    async def _post_or_update(
        self, channel: str, text: str, blocks: list[Block], thread_ts: str
    ) -> None:
        if self._progress_ts:
            await self._slack.call(
                self._slack.web.chat_update,
                channel=self._progress_channel,
                ts=self._progress_ts,
                text=text,
                blocks=blocks,
            )
        else:
            await self._post(channel, text, blocks, thread_ts)

    async def _post(
        self, channel: str, text: str, blocks: list[Block], thread_ts: str = ""
    ) -> None:
        arguments: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        posted = await self._slack.call(
            self._slack.web.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
            **arguments,
        )
        self._progress_ts = str(posted.get("ts", ""))
        self._progress_channel = str(posted.get("channel", channel))


def result_view(text: str, blocks: list[Block]) -> Block:
    """A modal that shows a reply; blocks which modals do not take give way to the text."""
    kept = [without_sharing(block) for block in blocks if block["type"] not in _NOT_IN_VIEWS]
    kept = [block for block in kept if block.get("elements") != []]
    return {
        "type": "modal",
        "callback_id": "result",
        "title": plain("Pitchey Ops"),
        "close": plain("Close"),
        "blocks": (kept or [section(text)])[:BLOCKS_PER_VIEW],
    }
