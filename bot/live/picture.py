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
from bot.together import together

if TYPE_CHECKING:
    from bot.clients.cloudflare import Cloudflare
    from bot.settings import Environment

MAINTENANCE_TAG = "maintenance"  # unless [maintenance] names another
FEW = 3  # versions: whoever reads no more does not choose among them
_MOST_BUCKETS = 1_000
DETAILED = 10  # versions read whole, the live ones first: each is a request


@dataclass(frozen=True, slots=True)
class Picture:
    """Deployments (the ten newest) and versions (those that can be deployed), newest first.

    `details` holds the versions read whole, by id; `gone` names buckets that they bind and that
    do not exist any more. A version of `maintenance_tag` is never what one goes back to.
    """

    environment: str
    script: str
    deployments: tuple[Deployment, ...]
    versions: tuple[Version, ...]
    details: Mapping[str, VersionDetail] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    maintenance_tag: str = MAINTENANCE_TAG

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
    maintenance_tag: str = MAINTENANCE_TAG,
    deadline: float = 20.0,
) -> Picture:
    """Read it all, side by side. Raises what Cloudflare.call does, NotConfigured, TimeoutError."""
    script = script_of(environment)
    async with asyncio.timeout(deadline):
        history, uploaded, buckets = await together(
            deployments(cloudflare, script, deadline=deadline),
            versions(cloudflare, script, deadline=deadline),
            _buckets(cloudflare, deadline) if detailed > FEW else _unasked(),
        )
        wanted = _worth_reading(history, uploaded)[:detailed]
        found = await together(
            *(version_detail(cloudflare, script, each, deadline=deadline) for each in wanted)
        )
    details = {each.version.id: each for each in found}
    bound = frozenset(bind.bucket for each in found for bind in each.bindings if bind.bucket)
    gone = bound - buckets if buckets is not None else frozenset()
    return Picture(
        environment.name, script, history, uploaded, details, gone, maintenance_tag=maintenance_tag
    )


async def _buckets(cloudflare: Cloudflare, deadline: float) -> frozenset[str] | None:
    """Names of the account's buckets; None where they cannot be read: Cloudflare itself refuses
    a deployment then that binds one which is gone."""
    try:
        told = await cloudflare.get(
            f"{cloudflare.account}/r2/buckets",
            permission="Workers R2 Storage Read",
            params={"per_page": _MOST_BUCKETS},
            deadline=deadline,
        )
    except OpsError:
        return None
    listed = told.get("buckets") if isinstance(told, Mapping) else None
    if not isinstance(listed, list) or len(listed) >= _MOST_BUCKETS:
        return None
    return frozenset(str(each.get("name")) for each in listed if isinstance(each, Mapping))


async def _unasked() -> None:
    return None


def _worth_reading(history: tuple[Deployment, ...], uploaded: tuple[Version, ...]) -> list[str]:
    """Ids of the live versions, then those that were live, then the newest. Pure."""
    known = {each.id for each in uploaded}
    live = [share.version for share in history[0].shares] if history else []
    before = [share.version for each in history[1:] for share in each.shares]
    listed = [*live, *before, *(each.id for each in uploaded)]
    return list(dict.fromkeys(each for each in listed if each in known or each in live))
