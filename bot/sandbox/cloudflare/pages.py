"""Pages: the site's builds, and which one is served."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.cloudflare.versions import stamp

_BUILDS = (
    "Sharper posters", "Investor onboarding", "NDA dialog", "Search filters", "Faster front page",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Build:
    """One deployment of the site: `status` is success or failure, `environment` as at Pages."""

    id: str
    at: datetime
    message: str
    status: str = "success"
    environment: str = "production"

    @property
    def short(self) -> str:
        return self.id[:8]


@dataclass
class Project:
    """A Pages project; `live` is the id of the build that visitors get."""

    name: str
    since: datetime
    builds: list[Build] = field(default_factory=list)
    live: str = ""

    def __post_init__(self) -> None:
        self.reset(self.since)

    def reset(self, now: datetime) -> None:
        """Five good builds, a failed one and a preview; the newest good one is live."""
        self.builds = []
        for number in reversed(range(5)):
            digest = f"{number + 10:x}4c1e7b2"
            at = now - timedelta(days=3 + 7 * number)
            identifier = f"{digest}-52f1-4b0e-9c1d-0a2b3c4d5e6f"
            self.builds.append(Build(identifier, at, _BUILDS[number % 5]))
        failed = Build("f00d1e55-52f1-4b0e-9c1d-0a2b3c4d5e6f", now - timedelta(days=1), "New fonts")
        self.live = self.builds[-1].id
        self.builds.append(Build(failed.id, failed.at, failed.message, status="failure"))
        preview = Build("9b8c7d6e-52f1-4b0e-9c1d-0a2b3c4d5e6f", now, "Dark mode")
        self.builds.append(Build(preview.id, preview.at, preview.message, environment="preview"))

    def build(self, identifier: str) -> Build | None:
        return next((build for build in self.builds if build.id == identifier), None)

    def publish(self, message: str, status: str = "success") -> Build:
        """A new production build; a good one is live at once."""
        number = len(self.builds)
        digest = f"{0xC0DE0000 + number:08x}"
        made = Build(
            f"{digest}-52f1-4b0e-9c1d-0a2b3c4d5e6f", datetime.now(UTC), message, status=status
        )
        self.builds.append(made)
        if status == "success":
            self.live = made.id
        return made

    def listed(self, environment: str = "") -> list[dict[str, Any]]:
        """Newest first, of one environment or of all."""
        return [
            self.told(build)
            for build in reversed(self.builds)
            if environment in {"", build.environment}
        ]

    def told(self, build: Build) -> dict[str, Any]:
        moment = stamp(build.at)
        production = build.environment == "production"
        return {
            "id": build.id,
            "short_id": build.short,
            "project_name": self.name,
            "environment": build.environment,
            "url": f"https://{build.short}.{self.name}.pages.dev",
            "created_on": moment,
            "modified_on": moment,
            "latest_stage": {
                "name": "deploy" if build.status == "success" else "build",
                "status": build.status,
                "ended_on": moment,
            },
            "deployment_trigger": {
                "type": "github:push",
                "metadata": {
                    "branch": "main" if production else "dark-mode",
                    "commit_hash": build.short * 5,
                    "commit_message": build.message,
                },
            },
            "is_skipped": False,
        }
