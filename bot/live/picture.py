"""What Cloudflare tells of one environment's Worker, read at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, Share, deployments
from bot.clients.cloudflare_versions import Version, VersionDetail, version_detail, versions
from bot.errors import NotConfigured, OpsError

if TYPE_CHECKING:
    from bot.clients.cloudflare import Cloudflare
    from bot.settings import Environment

DETAILED = 10  # versions read whole, the live ones first: each is a request


@dataclass(frozen=True, slots=True)
class Picture:
    """Deployments (the ten newest) and versions (those that can be deployed), newest first.

    `details` holds the versions read whole, by id; `gone` names buckets that they bind and that
    do not exist any more.
    """

    environment: str
    script: str
    deployments: tuple[Deployment, ...]
    versions: tuple[Version, ...]
    details: Mapping[str, VersionDetail] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def live(self) -> Deployment | None:
        """The deployment that answers now; None before the first one."""
        return self.deployments[0] if self.deployments else None

    @property
    def split(self) -> tuple[Share, ...]:
        return self.live.shares if self.live else ()

    def version(self, version: str) -> Version | None:
        """A version by its whole id; those too old to be deployed are not known here."""
        detail = self.details.get(version)
        if detail is not None:
            return detail.version
        return next((each for each in self.versions if each.id == version), None)


def script_of(environment: Environment) -> str:
    """The name of its Worker; raises NotConfigured."""
    if not environment.worker_script:
        raise NotConfigured(
            f"No Worker is configured for {environment.name}.",
            f"Set worker_script under [environments.{environment.name}] in pitchey.toml.",
        )
    return environment.worker_script


async def look(
    cloudflare: Cloudflare,
    environment: Environment,
    *,
    detailed: int = DETAILED,
    deadline: float = 20.0,
) -> Picture:
    """Read it all, side by side. Raises what Cloudflare.call does, NotConfigured, TimeoutError."""
    script = script_of(environment)
    async with asyncio.timeout(deadline):
        history, uploaded = await asyncio.gather(
            deployments(cloudflare, script, deadline=deadline),
            versions(cloudflare, script, deadline=deadline),
        )
        wanted = _worth_reading(history, uploaded)[:detailed]
        found = await asyncio.gather(
            *(version_detail(cloudflare, script, each, deadline=deadline) for each in wanted)
        )
    details = {each.version.id: each for each in found}
    gone = await _gone(cloudflare, history, details, deadline)
    return Picture(environment.name, script, history, uploaded, details, gone)


async def _gone(
    cloudflare: Cloudflare,
    history: tuple[Deployment, ...],
    details: Mapping[str, VersionDetail],
    deadline: float,
) -> frozenset[str]:
    """Buckets are listed only where an older version binds others than the live one."""
    live = history[0].version if history else ""
    bound = {version: _buckets(detail) for version, detail in details.items()}
    doubtful = frozenset().union(*bound.values()) - bound.get(live, frozenset())
    if not doubtful:
        return frozenset()
    try:
        told = await cloudflare.get(
            f"{cloudflare.account}/r2/buckets",
            permission="Workers R2 Storage Read",
            params={"per_page": 1_000},
            deadline=deadline,
        )
    except OpsError:
        return frozenset()  # Cloudflare itself refuses the deployment then
    listed = told.get("buckets") if isinstance(told, Mapping) else None
    if not isinstance(listed, list):
        return frozenset()
    return doubtful - {str(each.get("name")) for each in listed if isinstance(each, Mapping)}


def _buckets(detail: VersionDetail) -> frozenset[str]:
    return frozenset(each.bucket for each in detail.bindings if each.bucket)


def _worth_reading(history: tuple[Deployment, ...], uploaded: tuple[Version, ...]) -> list[str]:
    """Ids of the live versions, then those that were live, then the newest. Pure."""
    known = {each.id for each in uploaded}
    live = [share.version for share in history[0].shares] if history else []
    before = [share.version for each in history[1:] for share in each.shares]
    listed = [*live, *before, *(each.id for each in uploaded)]
    return list(dict.fromkeys(each for each in listed if each in known or each in live))
