"""Response URLs: five answers in thirty minutes to whoever acted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import checks, seed
from bot.sandbox.workspace.model import Json, Message
from bot.sandbox.workspace.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

USES = 5
LIFETIME = 30 * 60.0  # seconds


@dataclass(slots=True)
class ResponseUrl:
    """`message_id` is the message the act was on; empty after a slash command."""

    id: str
    person_id: str
    channel_id: str
    expires: float
    message_id: str = ""
    uses: int = 0


class Responses:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, person_id: str, channel_id: str, message_id: str = "") -> str:
        url = ResponseUrl(
            id=secrets.token_urlsafe(18),
            person_id=person_id,
            channel_id=channel_id,
            expires=self._workspace.clock.now() + LIFETIME,
            message_id=message_id,
        )
        self._issued[url.id] = url
        return f"{self._workspace.base_url}/response/{url.id}"

    def use(self, identifier: str, body: Json) -> None:
        """Do what the app posted to the URL; Refusal with Slack's error otherwise."""
        url = self._issued.get(identifier)
        if url is None or self._workspace.clock.now() > url.expires:
            raise Refusal("expired_url", status=404)
        if url.uses >= USES:
            raise Refusal("used_url", status=404)
        url.uses += 1
        self.show(url.person_id, url.channel_id, body, message_id=url.message_id)

    def show(self, person_id: str, channel_id: str, body: Json, *, message_id: str = "") -> None:
        """Show a response. Without `message_id` (a slash command) there is nothing to replace:
        `replace_original` is ignored and the response is a message of its own, as in Slack.
        """
        original = self._workspace.message(message_id) if message_id else None
        if _truth(body.get("delete_original")) and original is not None:
            self._workspace.posting.delete(original)
            return
        text, blocks = str(body.get("text") or ""), body.get("blocks") or []
        attachments = body.get("attachments") or []
        if not (text.strip() or blocks or attachments):
            raise Refusal("no_text", status=400)
        checks.message({**body, "text": text, "blocks": blocks}, status=400)
        checks.pictures(self._workspace, blocks, status=400)
        if _truth(body.get("replace_original")) and original is not None:
            self._workspace.posting.change(
                original,
                text=text,
                blocks=blocks,
                attachments=attachments,
                mark_edited=not original.ephemeral_to,
            )
            return
        self._add(person_id, channel_id, body, original)

    def _add(self, person_id: str, channel_id: str, body: Json, original: Message | None) -> None:
        in_channel = body.get("response_type") == "in_channel"
        # A thread is honoured only for what everybody sees; the rest appears in the channel.
        thread_ts = str(body.get("thread_ts") or "") if in_channel else ""
        if original is not None and original.ephemeral_to and thread_ts == original.ts:
            thread_ts = ""  # an ephemeral message has no thread
        self._workspace.posting.post(
            self._workspace.channels[channel_id],
            seed.BOT,
            str(body.get("text") or ""),
            blocks=body.get("blocks") or [],
            attachments=body.get("attachments") or [],
            metadata=body.get("metadata") or {},
            thread_ts=thread_ts,
            ephemeral_to="" if in_channel else person_id,
        )


def _truth(value: Any) -> bool:
    return value is True or value in ("true", "1", 1)
