"""Reads what is live, and what one could go back to."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, same_split
from bot.errors import OpsError
from bot.live import SitePicture, candidates, last_good, look, look_site
from handlers.deployments.result import Listed

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment


async def read(clients: Clients, environment: Environment, maintenance_tag: str) -> Listed:
    """The Worker and the site, side by side; raises OpsError where the Worker cannot be read."""
    picture, (site, trouble) = await asyncio.gather(
        look(clients.cloudflare, environment, maintenance_tag=maintenance_tag),
        _site(clients, environment),
    )
    since, again = standing(picture.deployments)
    return Listed(
        picture=picture,
        since=since,
        restarted_at=again,
        candidates=candidates(picture),
        good=last_good(picture),
        site=site,
        site_trouble=trouble,
    )


def standing(history: tuple[Deployment, ...]) -> tuple[datetime | None, datetime | None]:
    """Since when the live split stands, and when it was last deployed anew; None where that is
    not known. Pure."""
    if not history:
        return None, None
    first = newest = history[0]
    for each in history[1:]:
        if not same_split(each.shares, newest.shares):
            break
        first = each
    again = newest.at if first is not newest and newest.timed else None
    return first.at if first.timed else None, again


async def _site(clients: Clients, environment: Environment) -> tuple[SitePicture | None, str]:
    if not environment.pages_project:
        return None, ""
    try:
        return await look_site(clients.cloudflare, environment), ""
    except OpsError as error:
        return None, error.message
