"""What points the bot at the sandbox: its pitchey.toml and its environment."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
Tables = Mapping[str, Mapping[str, Any]]
NOTHING: Mapping[str, Any] = MappingProxyType({})
# From the person's shell nothing may reach the sandboxed bot that points at real services.
_KEPT_OUT = (
    "AWS_", "CLOUDFLARE_", "CF_", "DATABASE_", "PG", "R2_", "SLACK_", "UPSTASH_", "PITCHEY_",
    "PLATFORM_", "REPLICA_", "WORKER_", "POOLER_", "STORE_", "SCRATCH_",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
)  # fmt: skip


class UnreadableSettings(Exception):
    """The person's own settings cannot be read; the message says why."""


def read_settings(path: Path | None) -> dict[str, Any]:
    """A file of the person's own, such as `[[limits]]` or `[guard]`; raises UnreadableSettings."""
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableSettings(f"{path} cannot be read: {error}") from error


def write_configuration(path: Path, tables: Tables, own: Mapping[str, Any] = NOTHING) -> None:
    """Write pitchey.toml: {"environments.production": {"api_url": …}, …}; None is left out.

    `own` is laid over it, key by key.
    """
    whole: dict[str, Any] = {}
    for name, values in tables.items():
        inside = whole
        for part in name.split("."):
            inside = inside.setdefault(part, {})
        inside.update({key: value for key, value in values.items() if value is not None})
    _lay_over(whole, own)
    lines = ["# Written by the sandbox at each start; edits are lost."]
    lines += _sections(whole)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_environment(path: Path, variables: Mapping[str, str]) -> None:
    """Write KEY=value lines that only the owner may read."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in variables.items())


def read_environment(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines) if name}


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of the bot's process: this one's, without real services, with ours."""
    kept = {name: value for name, value in os.environ.items() if not _real(name)}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"} | dict(variables)


def move_in(variables: Mapping[str, str]) -> None:
    """As `surroundings`, for this process: what it runs from now on speaks to the sandbox only."""
    for name in [each for each in os.environ if _real(each) and each != "PITCHEY_LOG"]:
        del os.environ[name]
    os.environ.update(variables)


def _real(name: str) -> bool:
    return name.upper().startswith(_KEPT_OUT)


def _sections(values: Mapping[str, Any], name: str = "") -> list[str]:
    """Keys first, then each table under its own name."""
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_toml(value)}" for key, value in values.items() if key not in tables]
    if lines and name:
        lines = ["", f"[{name}]", *lines]
    for key, inside in tables.items():
        lines += _sections(inside, f"{name}.{_key(key)}" if name else _key(key))
    return lines


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)


def _lay_over(whole: dict[str, Any], own: Mapping[str, Any]) -> None:
    for key, value in own.items():
        if isinstance(value, Mapping) and isinstance(whole.get(key), dict):
            _lay_over(whole[key], value)
        else:
            whole[key] = value


def _toml(value: Any) -> str:
    """TOML writes numbers, booleans and texts as JSON does; tables stand on one line."""
    if isinstance(value, Mapping):
        inside = (f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
