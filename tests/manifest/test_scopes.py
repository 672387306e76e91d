"""The manifest's scopes are exactly those that the Slack methods in the source need."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot import manifest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("bot", "handlers")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "sandbox" not in path.relative_to(ROOT).parts
]
# docs.slack.dev, "Scopes" of each method; an empty set is a method that needs none.
NEEDED: dict[str, set[str]] = {
    "apps.connections.open": set(),  # connections:write, of the app-level token
    "auth.test": set(),
    "canvases.create": {"canvases:write"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    # Public channels by the first, private ones by the second.
    "conversations.archive": {"channels:manage", "groups:write"},
    "conversations.create": {"channels:manage", "groups:write"},
    "conversations.invite": {"channels:manage", "groups:write"},
    "conversations.setTopic": {"channels:manage", "groups:write"},
    "conversations.members": {"channels:read", "groups:read"},
    "pins.add": {"pins:write"},
    "conversations.info": {"channels:read", "groups:read"},
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    # Of the channels the bot posts in; not of direct messages, which would need im:history.
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.replies": {"channels:history", "groups:history"},
    "files.upload.v2": {"files:write"},  # getUploadURLExternal and completeUploadExternal
    "users.conversations": {"channels:read", "groups:read"},  # public and private ones
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
# docs.slack.dev, "Required scopes" of each event.
EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "reaction_added": {"reactions:read"},
}
SDK_METHODS = {name for name in dir(AsyncWebClient) if re.fullmatch(r"[a-z]+_[a-zA-Z0-9_]+", name)}


@cache
def methods_called() -> frozenset[str]:
    """Slack methods by their names: `client.chat_postMessage` and `"users.conversations"`."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in SDK_METHODS:
                found.add(node.attr.replace("_", "."))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value.replace(".", "_")
                if "." in node.value and name in SDK_METHODS:
                    found.add(node.value)
    return frozenset(found)


def test_every_method_called_is_known_here() -> None:
    assert methods_called() - NEEDED.keys() == set()


def test_the_manifest_asks_for_what_the_code_uses_and_no_more() -> None:
    document = manifest.load()
    used = {"commands"}
    for method in methods_called():
        used |= NEEDED[method]
    for event in document["settings"]["event_subscriptions"]["bot_events"]:
        used |= EVENTS[event]
    assert set(manifest.scopes(document)) == used
