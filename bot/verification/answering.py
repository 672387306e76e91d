"""Which version of a Worker answers: asked of the platform, else of Workers' own log.

An override that does not apply falls through without a word, so a test of a version that gets
no traffic proves nothing until it is known who answered.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clients import Clients
from bot.clients.cloudflare_telemetry import events
from bot.clients.platform_version import told_version
from bot.errors import OpsError
from bot.settings.tables import Environment

OVERRIDES = "cloudflare-workers-version-overrides"
_LOG_IS_LATE = 20.0  # seconds until a request stands in the log
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Answering:
    """`version` is the id that answered; empty where it could not be told, and `why` not."""

    version: str = ""
    why: str = ""


def override(script: str, version: str) -> dict[str, str]:
    """The header that asks for one version of the live deployment, whatever its share."""
    return {OVERRIDES: f'{script}="{version}"'} if script and version else {}


async def who_answers(
    clients: Clients, environment: Environment, headers: Mapping[str, str], *, deadline: float
) -> Answering:
    """The version that answers requests with those headers; never raises."""
    platform = clients.platform_for(environment)
    told = await told_version(platform, deadline=deadline, headers=headers)
    if told.version:
        return Answering(told.version)
    return await _by_the_log(clients, environment, headers, deadline)


async def _by_the_log(
    clients: Clients, environment: Environment, headers: Mapping[str, str], deadline: float
) -> Answering:
    """Ask for an address that nobody else asks for, and look it up in Workers' log."""
    if not clients.cloudflare.configured or not environment.worker_script:
        return Answering(why="this release does not tell, and Cloudflare is not configured")
    path = f"/api/no-such-address-{secrets.token_hex(8)}"
    begun = datetime.now(UTC)
    wanted = {
        "key": "$workers.event.request.path",
        "operation": "eq",
        "type": "string",
        "value": path,
    }
    ends = time.monotonic() + max(deadline, _LOG_IS_LATE)
    try:
        await clients.http.send(
            "GET", environment.api_url + path, headers=headers, deadline=deadline, probe=True
        )
        while time.monotonic() < ends:
            found = await events(
                clients.cloudflare,
                environment.worker_script,
                begun - timedelta(minutes=1),
                datetime.now(UTC) + timedelta(minutes=1),
                filters=(wanted,),
                limit=5,
                deadline=deadline,
            )
            named = next((event.version for event in found if event.version), "")
            if named:
                return Answering(named)
            await asyncio.sleep(_PAUSE)
    except OpsError as error:
        return Answering(why=f"this release does not tell, and {error.message[:200]}")
    return Answering(why="this release does not tell, and the Worker's log does not show it")
