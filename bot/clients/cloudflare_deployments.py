"""Deployments of a Worker: which versions answer which share of its requests, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

PERMISSION = "Workers Scripts Read"
WRITE = "Workers Scripts Write"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MESSAGE = 1_000  # bytes; Cloudflare cuts what is longer


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` of the requests go to `version`."""

    version: str
    percent: float


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of one or two versions; `at` is aware.

    `triggered_by` is Cloudflare's word: deployment, secret, rollback, promotion, … or empty.
    Where Cloudflare tells no time, `timed` is false and `at` that of the deployment before: it
    came no earlier. A deployment left out would let another one pass for what is live.
    """

    id: str
    at: datetime
    author: str
    source: str
    message: str
    triggered_by: str
    shares: tuple[Share, ...]
    timed: bool = True

    @property
    def version(self) -> str:
        """The version with the largest share; empty where Cloudflare names none."""
        return self._largest.version

    @property
    def percent(self) -> float:
        return self._largest.percent

    @property
    def whole(self) -> bool:
        """One version answers every request."""
        return len(self.shares) == 1 and self.shares[0].percent >= 100

    @property
    def _largest(self) -> Share:
        return max(self.shares, key=lambda share: share.percent, default=Share("", 0.0))


def same_split(one: Iterable[Share], other: Iterable[Share]) -> bool:
    """Whether two splits send the same share to each version; order and 0 % do not count. Pure."""
    return _counted(one) == _counted(other)


async def deployments(
    cloudflare: Cloudflare, script: str, *, deadline: float
) -> tuple[Deployment, ...]:
    """The ten newest, newest first. Raises what Cloudflare.call does."""
    told = await cloudflare.get(
        f"{cloudflare.script(script)}/deployments", permission=PERMISSION, deadline=deadline
    )
    return read_deployments(told)


async def deploy(
    cloudflare: Cloudflare,
    script: str,
    shares: Iterable[Share],
    *,
    message: str,
    force: bool = False,
    deadline: float = 20.0,
) -> Deployment:
    """Send these shares of the requests to these versions, from now on; sent once, never repeated.

    At most two versions, 100 % in sum. `force` goes past changed secrets. Raises SecretsChanged,
    NoSuchVersion, and what Cloudflare.call does; where it did not answer, look at `deployments`.
    """
    body = {
        "strategy": "percentage",
        "versions": [
            {"version_id": share.version, "percentage": _number(share.percent)} for share in shares
        ],
        "annotations": {"workers/message": message.encode()[:MOST_MESSAGE].decode(errors="ignore")},
    }
    page = await cloudflare.call(
        "POST",
        f"{cloudflare.script(script)}/deployments",
        permission=WRITE,
        params={"force": "true"} if force else None,
        json=body,
        deadline=deadline,
    )
    if not isinstance(page.result, Mapping):
        raise BadAnswer("Cloudflare answered a deployment in another shape than expected.")
    return _deployment(page.result, datetime.now(UTC))


def read_deployments(told: Any) -> tuple[Deployment, ...]:
    """Deployments out of an answer's result; raises BadAnswer. Pure."""
    listed = told.get("deployments") if isinstance(told, Mapping) else None
    if not isinstance(listed, list):
        raise BadAnswer("Cloudflare's list of deployments has another shape than expected.")
    # Newest first: from the end on, each has the one before it as its earliest time.
    entries = [each for each in reversed(listed) if isinstance(each, Mapping)]
    before = next((at for each in entries if (at := _time(each)) is not None), _LONG_AGO)
    found: list[Deployment] = []
    for each in entries:
        found.append(_deployment(each, before))
        before = found[-1].at
    found.reverse()  # of two at one time, Cloudflare's order decides
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _time(told: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(told.get("created_on", "")))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _deployment(told: Mapping[str, Any], earliest: datetime) -> Deployment:
    at = _time(told)
    versions = [each for each in told.get("versions") or () if isinstance(each, Mapping)]
    notes = told.get("annotations")
    notes = notes if isinstance(notes, Mapping) else {}
    return Deployment(
        id=str(told.get("id") or ""),
        at=at or earliest,
        timed=at is not None,
        author=str(told.get("author_email") or ""),
        source=str(told.get("source") or ""),
        message=str(notes.get("workers/message") or ""),
        triggered_by=str(notes.get("workers/triggered_by") or ""),
        shares=tuple(Share(str(each.get("version_id", "")), _percent(each)) for each in versions),
    )


def _percent(version: Mapping[str, Any]) -> float:
    share = version.get("percentage")
    return float(share) if isinstance(share, (int, float)) else 0.0


def _number(percent: float) -> float | int:
    return int(percent) if percent == int(percent) else percent


def _counted(shares: Iterable[Share]) -> dict[str, float]:
    return {share.version: round(share.percent, 2) for share in shares if share.percent > 0}
