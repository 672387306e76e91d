"""What a look at the deployments found, and what a change of them did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clients.cloudflare_deployments import Share
from bot.live import (
    Candidate,
    Picture,
    RolledBack,
    SiteBack,
    SitePicture,
    Verdict,
)

__all__ = ["Listed", "Restarted", "SiteWentBack", "Verdict", "WentBack"]


@dataclass(frozen=True, slots=True)
class Listed:
    """What is live in one environment. `since` is when this split began, restarts apart.

    `site` is None where there is no Pages project or it could not be read: `site_trouble` says.
    """

    picture: Picture
    since: datetime | None
    restarted_at: datetime | None
    candidates: tuple[Candidate, ...]
    good: Candidate | None
    site: SitePicture | None = None
    site_trouble: str = ""

    def as_data(self) -> dict[str, Any]:
        """For `--json`."""
        picture, live = self.picture, self.picture.live
        return {
            "environment": picture.environment,
            "script": picture.script,
            "live": [_share(picture, each) for each in picture.split],
            "since": self.since.isoformat() if self.since else None,
            "by": live.author if live else "",
            "message": live.message if live else "",
            "triggered_by": live.triggered_by if live else "",
            "roll_back_to": self.good.version.id if self.good else None,
            "versions": [_candidate(each) for each in self.candidates],
            "site": _site(self.site),
            "site_trouble": self.site_trouble,
        }


@dataclass(frozen=True, slots=True)
class WentBack:
    """`waited` is the time from the approval to the start of the run, in seconds."""

    back: RolledBack
    target: str
    left: str
    waited: float


@dataclass(frozen=True, slots=True)
class SiteWentBack:
    environment: str
    back: SiteBack
    waited: float


@dataclass(frozen=True, slots=True)
class Restarted:
    """The same split deployed once more; `answered` are versions seen, by count.

    `noticed` is set where Cloudflare's answer was lost, and it was seen to be done.
    """

    environment: str
    shares: tuple[Share, ...]
    answered: Mapping[str, int]
    trouble: str
    seconds: float
    api_seconds: float
    noticed: bool = False


def _share(picture: Picture, share: Share) -> dict[str, Any]:
    version = picture.version(share.version)
    return {
        "version": share.version,
        "percent": share.percent,
        "tag": version.tag if version else "",
        "message": version.message if version else "",
    }


def _candidate(each: Candidate) -> dict[str, Any]:
    version = each.version
    return {
        "version": version.id,
        "number": version.number,
        "tag": version.tag,
        "message": version.message,
        "uploaded": version.at.isoformat(),
        "by": version.author,
        "live_at": each.live_at.isoformat() if each.live_at else None,
        "verdict": each.verdict.value,
        "reasons": list(each.reasons),
        "changed_secrets": list(each.secrets),
        "good": each.good,
    }


def _site(site: SitePicture | None) -> dict[str, Any] | None:
    if site is None:
        return None
    return {
        "project": site.project,
        "live": site.live.id if site.live else None,
        "roll_back_to": site.good.id if site.good else None,
        "builds": [
            {
                "id": each.id,
                "at": each.at.isoformat(),
                "status": each.status,
                "branch": each.branch,
                "commit": each.commit,
                "message": each.message,
            }
            for each in site.builds
        ],
    }
