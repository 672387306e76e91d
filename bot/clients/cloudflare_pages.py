"""Pages: the builds of the site, which one visitors get, and going back to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

READ = "Pages Read"
WRITE = "Pages Edit"


@dataclass(frozen=True, slots=True)
class Build:
    """One deployment of the site; `at` is aware. `status` is Pages' word: success, failure, …"""

    id: str
    short: str
    at: datetime
    status: str
    environment: str
    branch: str
    commit: str
    message: str

    @property
    def good(self) -> bool:
        """A successful build of production: what Pages lets one go back to."""
        return self.status == "success" and self.environment == "production"


async def builds(
    cloudflare: Cloudflare, project: str, *, deadline: float = 10.0
) -> tuple[Build, ...]:
    """The 25 newest of production, newest first. Raises what Cloudflare.call does."""
    told = await cloudflare.get(
        f"{_path(cloudflare, project)}/deployments",
        permission=READ,
        params={"env": "production"},
        deadline=deadline,
    )
    if not isinstance(told, list):
        raise BadAnswer("Cloudflare's list of Pages deployments has another shape than expected.")
    found = [read_build(each) for each in told if isinstance(each, Mapping)]
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda build: build.at, reverse=True))


async def live_build(cloudflare: Cloudflare, project: str, *, deadline: float = 10.0) -> str:
    """The id of the build that visitors get, after a rollback too; empty where there is none."""
    told = await cloudflare.get(_path(cloudflare, project), permission=READ, deadline=deadline)
    live = told.get("canonical_deployment") if isinstance(told, Mapping) else None
    return str(live.get("id") or "") if isinstance(live, Mapping) else ""


async def go_back(
    cloudflare: Cloudflare, project: str, build: str, *, deadline: float = 20.0
) -> None:
    """Serve an older build (its whole id) from now on. Raises what Cloudflare.call does."""
    await cloudflare.call(
        "POST",
        f"{_path(cloudflare, project)}/deployments/{build}/rollback",
        permission=WRITE,
        json={},
        deadline=deadline,
    )


def read_build(told: Mapping[str, Any]) -> Build | None:
    """One entry of a list; None for what has no id or time. Pure."""
    try:
        at = datetime.fromisoformat(str(told.get("created_on", "")))
    except ValueError:
        return None
    identifier = str(told.get("id") or "")
    stage, trigger = _inside(told, "latest_stage"), _inside(told, "deployment_trigger")
    made = _inside(trigger, "metadata")
    if not identifier:
        return None
    return Build(
        id=identifier,
        short=str(told.get("short_id") or identifier[:8]),
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        status=str(stage.get("status") or ""),
        environment=str(told.get("environment") or ""),
        branch=str(made.get("branch") or ""),
        commit=str(made.get("commit_hash") or ""),
        message=str(made.get("commit_message") or ""),
    )


def _path(cloudflare: Cloudflare, project: str) -> str:
    return f"{cloudflare.account}/pages/projects/{project}"


def _inside(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key)
    return found if isinstance(found, Mapping) else {}
