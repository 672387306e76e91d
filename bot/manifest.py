"""The Slack app's manifest: found, drawn for Socket Mode or HTTP, and held against the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import yaml

from bot.command import Shortcut
from bot.errors import BadInput, NotConfigured
from bot.terminal.output import write

Manifest = dict[str, Any]
EVENTS_PATH = "/slack/events"  # commands, interactivity and events arrive at one address
_FILE = "manifest.yml"


def path() -> Path:
    """Beside the package in an installed wheel, at the root in a checkout."""
    here = Path(__file__).resolve().parent
    for candidate in (here / _FILE, here.parent / _FILE):
        if candidate.is_file():
            return candidate
    raise NotConfigured(f"{_FILE} is missing.", "Install Pitchey Ops Bot again.")


def load() -> Manifest:
    """The manifest as it is kept: Socket Mode, /pitchey."""
    document = yaml.safe_load(path().read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise NotConfigured(f"{_FILE} is not a manifest.", "Install Pitchey Ops Bot again.")
    return document


def adapted(
    mode: Literal["socket", "http"] = "socket", request_url: str = "", command: str = "/pitchey"
) -> Manifest:
    """The manifest for a transport; `request_url` is the public https address (HTTP only).

    A bare host gets Slack's usual path. Raises BadInput where the address cannot serve Slack.
    """
    manifest = load()
    features, settings = manifest["features"], manifest["settings"]
    for slash in features["slash_commands"]:
        slash["command"] = command
    settings["socket_mode_enabled"] = mode == "socket"
    if mode == "http":
        address = _address(request_url)
        for slash in features["slash_commands"]:
            slash["url"] = address
        settings["interactivity"]["request_url"] = address
        events = settings["event_subscriptions"]
        settings["event_subscriptions"] = {"request_url": address, **events}
    return manifest


def render(
    mode: Literal["socket", "http"] = "socket", request_url: str = "", command: str = "/pitchey"
) -> str:
    """The adapted manifest as YAML, ready to paste into Slack's app page."""
    manifest = adapted(mode, request_url, command)
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)


def command(words: Sequence[str]) -> int:
    """`pitchey manifest [--http https://host] [--command /name]`: print the manifest."""
    import argparse

    parser = argparse.ArgumentParser("pitchey manifest", description="Print the Slack manifest.")
    parser.add_argument("--http", metavar="ADDRESS", help="for HTTP at this https address")
    parser.add_argument("--command", default="/pitchey", help="the slash command's name")
    asked = parser.parse_args(words)
    mode: Literal["socket", "http"] = "socket" if asked.http is None else "http"
    return write(render(mode, asked.http or "", asked.command))


def scopes(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The bot scopes a manifest asks for, sorted."""
    return tuple(sorted(manifest["oauth_config"]["scopes"]["bot"]))


def differences(
    manifest: Mapping[str, Any],
    registered_commands: Iterable[str],
    registered_shortcuts: Iterable[Shortcut],
    registered_events: Iterable[str],
    scopes_used: Iterable[str],
) -> list[str]:
    """What the manifest names and the code does not, and the other way round; empty when equal.

    Commands carry their slash. Shortcuts must agree in name, kind and description too.
    """
    features, settings = manifest["features"], manifest["settings"]
    commands = [entry["command"] for entry in features.get("slash_commands", [])]
    events = settings.get("event_subscriptions", {}).get("bot_events", [])
    kept = {entry["callback_id"]: entry for entry in features.get("shortcuts", [])}
    shortcuts = {shortcut.callback_id: shortcut for shortcut in registered_shortcuts}
    found = _unequal("slash command", commands, registered_commands)
    found += _unequal("shortcut", kept, shortcuts)
    found += _unequal("event", events, registered_events)
    found += _unequal("scope", scopes(manifest), scopes_used)
    for callback_id in sorted(kept.keys() & shortcuts.keys()):
        entry, shortcut = kept[callback_id], shortcuts[callback_id]
        pairs = {"name": shortcut.name, "type": shortcut.kind, "description": shortcut.description}
        found += [
            f"shortcut {callback_id}: the manifest's {key} is {entry[key]!r}, the code's {value!r}"
            for key, value in pairs.items()
            if entry[key] != value
        ]
    return found


def _unequal(what: str, in_manifest: Iterable[str], in_code: Iterable[str]) -> list[str]:
    named, used = set(in_manifest), set(in_code)
    missing = [f"{what} {name} is in the code but not in manifest.yml" for name in used - named]
    unused = [f"{what} {name} is in manifest.yml but not in the code" for name in named - used]
    return sorted(missing) + sorted(unused)


def _address(text: str) -> str:
    hint = "Give the address Slack can reach, such as https://ops.example.com."
    try:
        parts = urlsplit(text)
        usable = parts.port != 0 and parts.hostname
    except ValueError as error:
        raise BadInput("This is not a web address.", hint) from error
    if parts.scheme != "https" or not usable or parts.username or parts.query or parts.fragment:
        raise BadInput("Slack delivers to a plain https address only.", hint)
    if parts.path in {"", "/"}:
        parts = parts._replace(path=EVENTS_PATH)
    return urlunsplit(parts)
