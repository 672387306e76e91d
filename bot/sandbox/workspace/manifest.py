"""The app as its manifest declares it: scopes, commands, shortcuts, events, delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class SlashCommand:
    command: str  # with the slash
    description: str
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class AppShortcut:
    callback_id: str
    name: str
    description: str
    kind: str  # "global" or "message"


@dataclass(frozen=True, slots=True)
class AppManifest:
    """An app manifest (docs.slack.dev, App manifest reference), as far as the workspace acts on it.

    `event_url` and `interactivity_url` are where signed HTTP deliveries go when Socket Mode
    is off.
    """

    name: str
    bot_name: str
    description: str = ""
    scopes: tuple[str, ...] = ()
    commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[AppShortcut, ...] = ()
    events: tuple[str, ...] = ()
    interactive: bool = False
    home_tab: bool = False
    messages_tab: bool = False
    messages_read_only: bool = False
    socket_mode: bool = False
    event_url: str = ""
    interactivity_url: str = ""

    @classmethod
    def load(cls, path: Path) -> AppManifest:
        """Read a YAML or JSON manifest; OSError, yaml.YAMLError or TypeError when it is none."""
        document = yaml.safe_load(path.read_text("utf-8"))
        if not isinstance(document, Mapping):
            raise TypeError(f"{path} is not an app manifest")
        return cls.of(document)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> AppManifest:
        information = document.get("display_information") or {}
        features = document.get("features") or {}
        settings = document.get("settings") or {}
        home = features.get("app_home") or {}
        interactivity = settings.get("interactivity") or {}
        subscriptions = settings.get("event_subscriptions") or {}
        bot_user = features.get("bot_user") or {}
        scopes = ((document.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()
        name = str(information.get("name", ""))
        return cls(
            name=name,
            bot_name=str(bot_user.get("display_name") or name),
            description=str(information.get("description", "")),
            scopes=tuple(scopes),
            commands=tuple(_command(entry) for entry in features.get("slash_commands") or ()),
            shortcuts=tuple(_shortcut(entry) for entry in features.get("shortcuts") or ()),
            events=tuple(subscriptions.get("bot_events") or ()),
            interactive=bool(interactivity.get("is_enabled", False)),
            home_tab=bool(home.get("home_tab_enabled", False)),
            messages_tab=bool(home.get("messages_tab_enabled", False)),
            messages_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
            socket_mode=bool(settings.get("socket_mode_enabled", False)),
            event_url=str(subscriptions.get("request_url", "")),
            interactivity_url=str(interactivity.get("request_url", "")),
        )


def _command(entry: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        command=str(entry["command"]),
        description=str(entry.get("description", "")),
        usage_hint=str(entry.get("usage_hint", "")),
        should_escape=bool(entry.get("should_escape", False)),
        url=str(entry.get("url", "")),
    )


def _shortcut(entry: Mapping[str, Any]) -> AppShortcut:
    return AppShortcut(
        callback_id=str(entry["callback_id"]),
        name=str(entry["name"]),
        description=str(entry.get("description", "")),
        kind=str(entry["type"]),
    )
