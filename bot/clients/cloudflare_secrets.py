"""Secrets of a Worker: names are listed, values go in and are never told again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer, BadInput

READ = "Workers Scripts Read"
WRITE = "Workers Scripts Write"
MOST_BYTES = 5_120  # of one value (developers.cloudflare.com/workers/platform/limits)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


@dataclass(frozen=True, slots=True)
class Secret:
    """`kind` is secret_text or secret_key."""

    name: str
    kind: str


async def secrets(
    cloudflare: Cloudflare, script: str, *, deadline: float = 10.0
) -> tuple[Secret, ...]:
    """Names by the alphabet. Raises what Cloudflare.call does."""
    told = await cloudflare.get(
        f"{cloudflare.script(script)}/secrets", permission=READ, deadline=deadline
    )
    return read_secrets(told)


async def put_secret(
    cloudflare: Cloudflare, script: str, name: str, value: str, *, deadline: float = 20.0
) -> None:
    """Set a secret: Cloudflare makes a new version with it and **deploys that at once**.

    Sent once. Raises BadInput, NewestNotDeployed where a newer version waits undeployed, and what
    Cloudflare.call does. The value is in no error.
    """
    check_name(name)
    if not value or len(value.encode()) > MOST_BYTES:
        raise BadInput(f"A secret has 1 to {MOST_BYTES} bytes.")
    await cloudflare.call(
        "PUT",
        f"{cloudflare.script(script)}/secrets",
        permission=WRITE,
        json={"name": name, "text": value, "type": "secret_text"},
        deadline=deadline,
    )


def check_name(name: str) -> None:
    """Raises BadInput where that can be no name of a binding. Pure."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"`{name[:60]}` cannot be the name of a secret.",
            "Letters, digits and underscores, as in JWT_SECRET.",
        )


def read_secrets(told: Any) -> tuple[Secret, ...]:
    """Out of an answer's result; raises BadAnswer. Pure."""
    if not isinstance(told, list):
        raise BadAnswer("Cloudflare's list of secrets has another shape than expected.")
    found = [each for each in told if isinstance(each, Mapping) and each.get("name")]
    listed = (Secret(str(each["name"]), str(each.get("type") or "")) for each in found)
    return tuple(sorted(listed, key=lambda secret: secret.name))
