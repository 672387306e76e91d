"""The last deployment, asked of Cloudflare seldom and kept in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, deployments
from bot.errors import OpsError
from handlers.dashboard.result import Deployed

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment

FRESH = timedelta(minutes=5)
AGAIN = timedelta(minutes=1)  # after a failure
DEADLINE = 5.0  # seconds
_KEPT: dict[tuple[str, str, str], tuple[datetime, Deployed]] = {}


async def last_deployment(clients: Clients, environment: Environment, now: datetime) -> Deployed:
    """Raises nothing: what cannot be known says why, beside what was known before."""
    cloudflare, script = clients.cloudflare, environment.worker_script
    if not script or not cloudflare.configured:
        missing = "no Cloudflare token and account" if script else "no worker_script"
        return Deployed(trouble=f"{missing} set")
    key = _key(clients, script)
    asked, kept = _KEPT.get(key, (None, Deployed()))
    if asked is not None and now - asked < (AGAIN if kept.trouble else FRESH):
        return kept
    try:
        found = await deployments(cloudflare, script, deadline=DEADLINE)
    except OpsError as error:
        told = replace(kept, trouble=error.message)
    else:
        told = _told(found[0], now) if found else Deployed(read_at=now, trouble="none yet")
    _KEPT[key] = (now, told)
    return told


def known_deployment(clients: Clients, environment: Environment) -> Deployed:
    """What was told last, without asking."""
    script = environment.worker_script or ""
    return _KEPT.get(_key(clients, script), (None, Deployed()))[1]


def _key(clients: Clients, script: str) -> tuple[str, str, str]:
    return (clients.cloudflare.api_url, str(clients.cloudflare.account_id), script)


def _told(newest: Deployment, now: datetime) -> Deployed:
    return Deployed(
        newest.version, newest.at, newest.author, newest.message, newest.percent, read_at=now,
        timed=newest.timed,
    )  # fmt: skip
