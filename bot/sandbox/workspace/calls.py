"""One call of the Web API: its arguments, and the table of methods."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.model import Channel, Json, Message
from bot.sandbox.workspace.refusal import Refusal, missing

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments as they came (texts in a form, values in JSON), read in a typed way."""

    workspace: Workspace
    method: str
    arguments: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.arguments.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("true", "1")

    def number(self, name: str, default: int, *, most: int) -> int:
        """A positive number; Refusal invalid_limit for anything else."""
        value = self.arguments.get(name)
        if value in (None, ""):
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise Refusal("invalid_limit") from None
        if number < 1:
            raise Refusal("invalid_limit")
        return min(number, most)

    def json(self, name: str, wrong: str) -> Any:
        """A value that a form carries as JSON text; Refusal `wrong` where it is none."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(wrong) from None

    def list(self, name: str) -> list[str]:
        """A comma-separated text or a list."""
        value = self.arguments.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [one.strip() for one in self.text(name).split(",") if one.strip()]

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the bot can know of; channel_not_found otherwise."""
        wanted = self.text(name)
        channel = self.workspace.channels.get(wanted)
        if channel is None or (channel.is_private and seed.BOT not in channel.member_ids):
            raise Refusal("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """A conversation the bot is in; not_in_channel otherwise."""
        channel = self.channel(name)
        if seed.BOT not in channel.member_ids:
            raise Refusal("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """A message that everybody sees; message_not_found otherwise, also for ephemeral ones."""
        found = self.workspace.message_at(channel.id, self.required(name))
        if found is None or found.ephemeral_to:
            raise Refusal("message_not_found")
        return found

    def needs(self, *scopes: str) -> None:
        """Refuse unless the app has one of the scopes."""
        provided = self.workspace.scopes
        if not set(scopes) & set(provided):
            raise Refusal("missing_scope", needed=",".join(scopes), provided=",".join(provided))

    def needs_for(self, channel: Channel, act: str) -> None:
        """Refuse unless the app has `<channels|groups|im>:<act>` as the conversation needs."""
        kind = "im" if channel.is_im else "groups" if channel.is_private else "channels"
        self.needs(f"{kind}:{act}")


Run = Callable[[Call], Awaitable[Json] | Json]


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: any of them suffices; empty where none is needed or the method decides itself."""

    name: str
    run: Run
    tier: int = 3
    scopes: tuple[str, ...] = ()
    app_token: bool = False


def page_of(items: list[Any], cursor: str, limit: int) -> tuple[list[Any], str]:
    """A page of items and the cursor of the next one; Refusal invalid_cursor."""
    start = 0
    if cursor:
        head, _, number = cursor.partition(":")
        if head != "offset" or not number.rstrip("=").isdigit():
            raise Refusal("invalid_cursor")
        start = int(number.rstrip("="))
    following = f"offset:{start + limit}=" if start + limit < len(items) else ""
    return items[start : start + limit], following


def paged(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}
