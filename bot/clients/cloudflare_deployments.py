"""Deployments of a Worker, as Cloudflare lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

PERMISSION = "Workers Scripts Read"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment: `version` serves the largest share of requests, `percent` of them. UTC."""

    version: str
    percent: float
    at: datetime
    author: str
    message: str


async def deployments(
    cloudflare: Cloudflare, script: str, *, deadline: float
) -> tuple[Deployment, ...]:
    """The ten newest, newest first. Raises what Cloudflare.call does."""
    told = await cloudflare.get(
        f"{cloudflare.script(script)}/deployments", permission=PERMISSION, deadline=deadline
    )
    return read_deployments(told)


def read_deployments(told: Any) -> tuple[Deployment, ...]:
    """Deployments out of an answer's result; raises BadAnswer. Pure."""
    listed = told.get("deployments") if isinstance(told, Mapping) else None
    if not isinstance(listed, list):
        raise BadAnswer("Cloudflare's list of deployments has another shape than expected.")
    found = [_deployment(each) for each in listed if isinstance(each, Mapping)]
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda each: each.at, reverse=True))


def _deployment(told: Mapping[str, Any]) -> Deployment | None:
    try:
        at = datetime.fromisoformat(str(told.get("created_on", "")))
    except ValueError:
        return None
    versions = [each for each in told.get("versions") or () if isinstance(each, Mapping)]
    largest = max(versions, key=_percent, default={})
    notes = told.get("annotations")
    notes = notes if isinstance(notes, Mapping) else {}
    return Deployment(
        version=str(largest.get("version_id", "")),
        percent=_percent(largest),
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        author=str(told.get("author_email") or ""),
        message=str(notes.get("workers/message") or ""),
    )


def _percent(version: Mapping[str, Any]) -> float:
    share = version.get("percentage")
    return float(share) if isinstance(share, (int, float)) else 0.0
