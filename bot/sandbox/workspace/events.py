"""Events of the Events API: only those the manifest subscribes to and the scopes allow."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.workspace import seed, shapes
from bot.sandbox.workspace.model import Channel, Json, Message

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

# The scope an event needs (docs.slack.dev, Events API reference); any of them will do.
SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "file_shared": ("files:read",),
}


class Events:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def message_posted(self, message: Message) -> None:
        event = shapes.message(self._workspace, message, with_metadata=True)
        if message.files and not message.subtype:
            event["subtype"] = "file_share"
        self._message(message, event)
        author = self._workspace.people[message.author_id]
        if author.id != seed.BOT and f"<@{seed.BOT}>" in message.text and not message.subtype:
            mention = {"type": "app_mention"}
            kept = ("user", "text", "ts", "thread_ts", "parent_user_id", "team", "blocks", "files")
            mention |= {key: event[key] for key in kept if key in event}
            self._in_channel("app_mention", message.channel_id, mention, message.author_id)

    def message_changed(self, message: Message, before: Json) -> None:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": shapes.message(self._workspace, message),
            "previous_message": before,
            "hidden": True,
            "ts": self._workspace.next_ts(),
        }
        self._message(message, event)

    def message_deleted(self, message: Message, before: Json) -> None:
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": before,
            "deleted_ts": message.ts,
            "hidden": True,
            "ts": self._workspace.next_ts(),
        }
        self._message(message, event)

    def reaction(self, message: Message, person_id: str, emoji: str, *, added: bool) -> None:
        name = "reaction_added" if added else "reaction_removed"
        event = {
            "type": name,
            "user": person_id,
            "reaction": emoji,
            "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
            "item_user": message.author_id,
        }
        if self._bot_sees(message.channel_id):
            self.send(name, event, person_id)

    def membership(
        self, channel: Channel, person_id: str, *, joined: bool, inviter: str = ""
    ) -> None:
        name = "member_joined_channel" if joined else "member_left_channel"
        event: Json = {
            "type": name,
            "user": person_id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": seed.TEAM_ID,
        }
        if inviter:
            event["inviter"] = inviter
        scope = "groups:read" if channel.is_private else "channels:read"
        ours = seed.BOT in channel.member_ids or person_id == seed.BOT
        if ours and scope in self._workspace.scopes:
            self.send(name, event, person_id)

    def archived(self, channel: Channel, person_id: str) -> None:
        """Of a public channel the whole workspace is told, of a private one its members."""
        kind = "group" if channel.is_private else "channel"
        if kind == "channel" or seed.BOT in channel.member_ids:
            event = {"type": f"{kind}_archive", "channel": channel.id, "user": person_id}
            self.send(f"{kind}_archive", event, person_id)

    def home_opened(self, person_id: str, tab: str) -> None:
        direct = self._workspace.direct(person_id)
        event: Json = {
            "type": "app_home_opened",
            "user": person_id,
            "channel": direct.id,
            "tab": tab,
        }
        home = self._workspace.home(person_id)
        if home is not None:
            event["view"] = shapes.view(home)
        self.send("app_home_opened", event, person_id)

    def send(self, name: str, event: Json, person_id: str) -> None:
        """Deliver the event if the app asked for `name` (as the manifest spells it) and may."""
        needed = SCOPES.get(name, ())
        if name not in self._workspace.manifest.events:
            return
        if needed and not set(needed) & set(self._workspace.scopes):
            return
        event.setdefault("event_ts", self._workspace.next_ts())
        payload: Json = {
            "token": "sandbox",
            "team_id": seed.TEAM_ID,
            "context_team_id": seed.TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": seed.APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._workspace.clock.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": seed.TEAM_ID,
                    "user_id": seed.BOT,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": secrets.token_hex(16),
        }
        self._workspace.delivery.event(payload, person_id)

    def _message(self, message: Message, event: Json) -> None:
        channel = self._workspace.channels[message.channel_id]
        name, kind = "message.channels", "channel"
        if channel.is_im:
            name, kind = "message.im", "im"
        elif channel.is_private:
            name, kind = "message.groups", "group"
        self._in_channel(name, channel.id, {**event, "channel_type": kind}, message.author_id)

    def _in_channel(self, name: str, channel_id: str, event: Json, person_id: str) -> None:
        if self._bot_sees(channel_id):
            own = {"channel": channel_id, "event_ts": event["ts"]}
            self.send(name, {**event, **own}, person_id)

    def _bot_sees(self, channel_id: str) -> bool:
        return seed.BOT in self._workspace.channels[channel_id].member_ids
