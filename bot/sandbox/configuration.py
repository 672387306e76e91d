"""What points the bot at the sandbox: its pitchey.toml and its environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Tables = Mapping[str, Mapping[str, Any]]
# From the person's shell nothing may reach the sandboxed bot that points at real services.
_KEPT_OUT = (
    "AWS_", "CLOUDFLARE_", "CF_", "DATABASE_", "PG", "R2_", "SLACK_", "UPSTASH_", "PITCHEY_",
    "PLATFORM_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
)  # fmt: skip


def write_configuration(path: Path, tables: Tables) -> None:
    """Write pitchey.toml: {"environments.production": {"api_url": …}, …}; None is left out."""
    lines = ["# Written by the sandbox at each start; edits are lost."]
    for name, values in tables.items():
        lines += ["", f"[{name}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
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
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().startswith(_KEPT_OUT)
    }
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"} | dict(variables)


def _toml(value: Any) -> str:
    """TOML writes numbers, booleans, texts and lists of texts as JSON does."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
