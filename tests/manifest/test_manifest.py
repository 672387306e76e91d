"""manifest.yml: Slack would take it, it asks for the least, and it can be drawn for HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot import manifest
from bot.command import Shortcut
from bot.errors import BadInput
from bot.settings import load
from handlers import FEATURES
from tests.manifest.test_scopes import EVENTS as SCOPES_OF

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "app-manifest.schema.json").read_text("utf-8"))
PAGE = (ROOT / "docs/reference/slack-permissions.md").read_text("utf-8")
HTTP = manifest.adapted("http", "https://ops.example.com")


@pytest.mark.parametrize("document", [manifest.load(), HTTP], ids=["socket", "http"])
def test_slacks_schema_accepts_it(document: manifest.Manifest) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert [
        error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(document)
    ] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("display_information", "name"), "x" * 36),
        (("display_information", "long_description"), "too short"),
        (("features", "shortcuts", 0, "name"), "x" * 25),
        (("features", "slash_commands", 0, "command"), "pitchey"),
        (("settings", "interactivity", "request_url"), "ops.example.com"),
        (("settings", "unknown"), True),
    ],
)
def test_the_schema_here_does_refuse(path: tuple[Any, ...], value: object) -> None:
    document = manifest.load()
    target: Any = document
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(document)


def test_slacks_limits_that_the_schema_does_not_state() -> None:
    document = manifest.load()
    features = document["features"]
    assert re.fullmatch(r"#[0-9a-f]{6}", document["display_information"]["background_color"])
    assert len(features["slash_commands"]) <= 50
    assert len(features["shortcuts"]) <= 10
    callbacks = [shortcut["callback_id"] for shortcut in features["shortcuts"]]
    assert len(callbacks) == len(set(callbacks))


def test_what_the_app_is() -> None:
    document = manifest.load()
    features, settings = document["features"], document["settings"]
    (slash,) = features["slash_commands"]
    assert (slash["command"], slash["should_escape"]) == ("/pitchey", True)
    assert slash["usage_hint"]
    kinds = {entry["callback_id"]: entry["type"] for entry in features["shortcuts"]}
    assert kinds["check_health"] == "global"
    assert kinds["run_command"] == "message"
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"]
    assert settings["event_subscriptions"] == {"bot_events": sorted(SCOPES_OF)}
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["socket_mode_enabled"] is True
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False


def test_the_command_is_the_one_the_settings_name() -> None:
    command = load(ROOT / "pitchey.toml", {}).slack.command
    assert manifest.load()["features"]["slash_commands"][0]["command"] == command


def test_http_fills_in_every_address() -> None:
    document = manifest.adapted("http", "https://ops.example.com/", "/pitchey-staging")
    address = "https://ops.example.com/slack/events"
    (slash,) = document["features"]["slash_commands"]
    assert (slash["command"], slash["url"]) == ("/pitchey-staging", address)
    assert document["settings"]["interactivity"]["request_url"] == address
    assert document["settings"]["event_subscriptions"]["request_url"] == address
    assert document["settings"]["socket_mode_enabled"] is False


def test_a_path_of_ones_own_is_kept() -> None:
    document = manifest.adapted("http", "https://example.com/ops/slack")
    assert document["settings"]["interactivity"]["request_url"] == "https://example.com/ops/slack"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ops.example.com",
        "http://ops.example.com",
        "https://",
        "https://u:p@x.y",
        "https://x:0",
        "https://x:99999",
        "https://x.y/?a=1",
        "https://x.y/#a",
        "https://[::1",
    ],
)
def test_an_address_slack_cannot_use_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="https://ops"):
        manifest.adapted("http", address)


@pytest.mark.parametrize("arguments", [(), ("http", "https://ops.example.com")])
def test_the_drawn_text_reads_back_the_same(arguments: tuple[Any, ...]) -> None:
    assert yaml.safe_load(manifest.render(*arguments)) == manifest.adapted(*arguments)


def test_the_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert manifest.command([]) == 0
    assert yaml.safe_load(capfd.readouterr().out) == manifest.load()
    assert manifest.command(["--http", "https://ops.example.com"]) == 0
    assert yaml.safe_load(capfd.readouterr().out) == HTTP


def test_every_scope_and_event_is_justified() -> None:
    scopes = PAGE.split("## Bot scopes")[1].split("\n## ")[0]
    events = PAGE.split("## Events")[1].split("\n## ")[0]
    named = re.compile(r"^\| `([a-z_.:]+)` \|", re.MULTILINE)
    assert named.findall(scopes) == list(manifest.scopes(manifest.load()))
    subscribed = manifest.load()["settings"]["event_subscriptions"]["bot_events"]
    assert sorted(named.findall(events)) == sorted(subscribed)


EVENTS = tuple(SCOPES_OF)
CHECKS = "Checks every part of the Pitchey platform now"


def _shortcuts(*, description: str = CHECKS) -> list[Shortcut]:
    declared = [one for feature in FEATURES for one in feature.shortcuts]
    return [
        replace(one, description=description) if one.callback_id == "check_health" else one
        for one in declared
    ]


def test_no_differences_where_the_code_registers_the_same() -> None:
    document = manifest.load()
    scopes = manifest.scopes(document)
    assert manifest.differences(document, ["/pitchey"], _shortcuts(), EVENTS, scopes) == []


def test_differences_are_told_both_ways() -> None:
    document = manifest.load()
    found = manifest.differences(
        document,
        ["/pitchey", "/more"],
        [one for one in _shortcuts(description="Another text") if one.callback_id != "run_command"],
        [*(each for each in EVENTS if each != "app_home_opened"), "pin_added"],
        [
            *(
                each
                for each in manifest.scopes(document)
                if each not in ("pins:write", "users:read")
            ),
            "pins:read",
        ],
    )
    assert found == [
        "slash command /more is in the code but not in manifest.yml",
        "shortcut run_command is in manifest.yml but not in the code",
        "event pin_added is in the code but not in manifest.yml",
        "event app_home_opened is in manifest.yml but not in the code",
        "scope pins:read is in the code but not in manifest.yml",
        "scope pins:write is in manifest.yml but not in the code",
        "scope users:read is in manifest.yml but not in the code",
        "shortcut check_health: the manifest's description is "
        "'Checks every part of the Pitchey platform now', the code's 'Another text'",
    ]
