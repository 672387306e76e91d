"""Secrets written into pitchey.toml by mistake: found by name and by shape, never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.settings.environ import SECRET_NAMES
from bot.settings.positions import Path, line_of
from bot.settings.problems import Problem
from bot.settings.records import holds_secret
from bot.settings.secrets import looks_secret
from bot.settings.translation import place

STORE_ADDRESS = ("store", "url")  # the one address of a database that a file may name
_NAMES = re.compile(r"(token|secret|password|passwd|database_url|dsn|api_key|access_key)", re.I)


def misplaced_secrets(raw: dict[str, Any], lines: dict[Path, int]) -> list[Problem]:
    """A problem for each key of the file that holds what looks like a secret."""
    return [
        Problem(
            place(path),
            "holds a secret; secrets never belong in this file.",
            f"{_instead(path, value)} in the environment or in .env, "
            "and replace the secret if others may have read this file.",
            line_of(lines, path),
        )
        for path, value in _texts(raw, ())
        if _misplaced(path, value)
    ]


def _misplaced(path: Path, value: str) -> bool:
    if path == STORE_ADDRESS:
        return holds_secret(value)
    return looks_secret(value) or any(_NAMES.search(str(part)) for part in path[-1:])


def _instead(path: Path, value: str) -> str:
    if path == STORE_ADDRESS:
        return "Leave the password out of the address, set it as STORE_PASSWORD"
    return f"Remove it here, set {_variable(path, value)}"


def _variable(path: Path, value: str) -> str:
    key = str(path[-1]).upper()
    joined = "_".join(str(part).upper() for part in path)
    for name in SECRET_NAMES:
        if name in {key, joined}:
            return name
    shapes = {
        "xoxb-": "SLACK_BOT_TOKEN",
        "xapp-": "SLACK_APP_TOKEN",
        "postgres": "DATABASE_URL",
    }
    return next((name for start, name in shapes.items() if value.startswith(start)), "it")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
    elif isinstance(value, str) and value:
        yield path, value
