"""Pictures of a Worker, drawn by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clients.cloudflare_deployments import Deployment, Share
from bot.clients.cloudflare_versions import Binding, Version, VersionDetail
from bot.live import Picture

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)
SECRETS = ("DATABASE_URL", "JWT_SECRET")


def identifier(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def version(number: int, tag: str = "", triggered_by: str = "version_upload") -> Version:
    return Version(
        identifier(number), number, NOW + timedelta(hours=number), "dana@pitchey.example",
        "wrangler", tag or f"v{number}", f"Change {number}", triggered_by,
    )  # fmt: skip


def detail(
    of: Version,
    *,
    code: str = "",
    secrets: tuple[str, ...] = SECRETS,
    migration: str = "v1",
    buckets: tuple[str, ...] = ("uploads",),
) -> VersionDetail:
    bindings = [Binding("secret_text", name) for name in secrets]
    bindings += [Binding("r2_bucket", name.upper(), f"bucket_name={name}") for name in buckets]
    return VersionDetail(of, tuple(bindings), code or f"code of {of.number}", migration)


def deployed(
    *shares: tuple[int, float], at: int, message: str = "", triggered_by: str = "deployment"
) -> Deployment:
    return Deployment(
        f"deployment {at}", NOW + timedelta(hours=at), "dana@pitchey.example", "api", message,
        triggered_by, tuple(Share(identifier(number), percent) for number, percent in shares),
    )  # fmt: skip


def picture(
    history: tuple[Deployment, ...],
    details: tuple[VersionDetail, ...],
    gone: frozenset[str] = frozenset(),
) -> Picture:
    """The newest deployment comes first; the versions are those of `details`."""
    listed = sorted((each.version for each in details), key=lambda each: -each.number)
    return Picture(
        "production", "pitchey-production", history, tuple(listed),
        {each.version.id: each for each in details}, gone, NOW + timedelta(days=30),
    )  # fmt: skip
