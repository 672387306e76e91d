"""Tail sessions of a Worker at Cloudflare's API: made, and deleted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare, CloudflareError
from bot.errors import BadAnswer

PERMISSION = "Workers Tail Read"
DELETE_SECONDS = 4.0  # a shutdown does not wait longer
RENEWED_BEFORE = 60.0  # seconds before a session's end, at most a fifth of its life
# Where a wrong clock, here or there, makes a life that cannot be: seconds.
_LIKELY_LIFE = 300.0
_LONGEST_LIFE = 86_400.0
_GONE = 404


@dataclass(frozen=True, slots=True)
class TailSession:
    """One session at Cloudflare; `url` opens its stream for whoever knows it."""

    id: str
    script: str
    url: str = field(repr=False)
    expires_at: datetime
    renewed_at: float = 0.0  # by time.monotonic


async def create_tail(
    cloudflare: Cloudflare, script: str, filters: Sequence[Mapping[str, Any]], now: datetime
) -> TailSession:
    """A new session; Cloudflare has at most ten of one Worker."""
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.script(script)}/tails",
        permission=PERMISSION,
        json={"filters": [dict(each) for each in filters]},
    )
    session = read_session(page.result, script)
    life = (session.expires_at - now).total_seconds()
    if not 0 < life <= _LONGEST_LIFE:
        life = _LIKELY_LIFE
    lasts = life - min(RENEWED_BEFORE, life / 5)
    return replace(session, renewed_at=time.monotonic() + lasts)


async def delete_tail(cloudflare: Cloudflare, script: str, tail: str) -> None:
    """Delete a session; one that is gone already is good as well."""
    try:
        await cloudflare.call(
            "DELETE",
            f"{cloudflare.script(script)}/tails/{tail}",
            permission=PERMISSION,
            repeatable=True,
            deadline=DELETE_SECONDS,
        )
    except CloudflareError as error:
        if error.status != _GONE:
            raise


def read_session(result: Any, script: str) -> TailSession:
    """The session that an answer tells of; BadAnswer for another shape. Pure."""
    try:
        expires = datetime.fromisoformat(str(result["expires_at"]).replace("Z", "+00:00"))
        url, tail = str(result["url"]), str(result["id"])
    except (TypeError, KeyError, ValueError) as error:
        raise BadAnswer("Cloudflare answered a tail that this bot cannot read.") from error
    if not url.startswith(("wss://", "ws://127.0.0.1", "ws://localhost")) or not tail.isascii():
        raise BadAnswer("Cloudflare answered a tail at an address that is not encrypted.")
    aware = expires if expires.tzinfo else expires.replace(tzinfo=UTC)
    return TailSession(tail, script, url, aware)
