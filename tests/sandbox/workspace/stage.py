"""What the tests of the workspace stand on: a manifest with many scopes, and a server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.sandbox.workspace import AppManifest, Workspace

SCOPES = [
    "app_mentions:read", "bookmarks:read", "bookmarks:write", "channels:history", "channels:join",
    "channels:manage", "channels:read", "chat:write", "commands", "files:read", "files:write",
    "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write",
    "pins:read", "pins:write", "reactions:read", "reactions:write", "team:read",
    "usergroups:read", "users:read", "users:read.email",
]  # fmt: skip

MANIFEST = AppManifest.of(
    {
        "display_information": {"name": "Pitchey Ops"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "Pitchey Ops"},
            "slash_commands": [
                {"command": "/pitchey", "description": "Operate", "should_escape": True},
                {"command": "/plain", "description": "Unescaped"},
            ],
            "shortcuts": [
                {"name": "Check", "type": "global", "callback_id": "check", "description": "-"},
                {"name": "Run", "type": "message", "callback_id": "run", "description": "-"},
            ],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {
                "bot_events": [
                    "app_home_opened", "app_mention", "file_shared", "member_joined_channel",
                    "message.channels", "message.im", "reaction_added", "reaction_removed",
                ]
            },
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }
)  # fmt: skip


Connect = Callable[[], Awaitable[None]]
BUTTON: dict[str, Any] = {
    "type": "actions",
    "block_id": "do",
    "elements": [
        {
            "type": "button",
            "action_id": "again",
            "value": "v1",
            "text": {"type": "plain_text", "text": "Check again"},
        }
    ],
}


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    """Run an application on a free loopback port; its runner and address."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


def without(workspace: Workspace, *scopes: str) -> None:
    """Take scopes out of the app's manifest."""
    kept = tuple(one for one in workspace.manifest.scopes if one not in scopes)
    workspace.manifest = replace(workspace.manifest, scopes=kept)


def emptied(workspace: Workspace) -> None:
    """No message in any channel and no open modal: what earlier tests left is not looked at."""
    for person in workspace.people:
        workspace.modals.clear(person)
        for channel in tuple(workspace.channels):
            for message in workspace.everything(channel, person):
                workspace.posting.delete(message)


async def until(true: Callable[[], Any], within: float = 45.0) -> None:
    """Wait until the condition holds; TimeoutError after so many real seconds."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 (states of three programs, no event to wait for)
            await asyncio.sleep(0.01)
