"""Versions and deployments of one Worker at Cloudflare, as it remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.sandbox.cloudflare.contents import Module

Binding = Mapping[str, Any]
KV_NAMESPACE = "0f2ac74b498b48028cb68387c421e279"
BINDINGS: tuple[Binding, ...] = (
    {"type": "hyperdrive", "name": "HYPERDRIVE", "id": "9d1f6e0a7c1b4a7e8f2d5c3b6a901e47"},
    {"type": "kv_namespace", "name": "KV_CACHE", "namespace_id": KV_NAMESPACE},
    {"type": "r2_bucket", "name": "R2_UPLOADS", "bucket_name": "pitchey-uploads"},
)
SECRETS: Mapping[str, int] = {"DATABASE_URL": 1, "JWT_SECRET": 1}
MIGRATION = "v1"
# What the stand-in's code reads from its own environment: how badly this version behaves.
ERROR_RATE, LATENCY = "SANDBOX_ERROR_RATE", "SANDBOX_LATENCY_MS"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Version:
    """An uploaded version. It never changes: an edit of a secret makes a new one.

    `secrets` says which setting of each secret it has, counted from 1; values are kept by the
    script alone. Versions of the same `code` are the same code. A `bad` one throws at every
    request; another answers `error_rate` percent of them with 500, and all `latency_ms` later.
    """

    id: str
    number: int
    created_on: str
    author_email: str
    source: str
    tag: str
    message: str
    triggered_by: str = "version_upload"
    bad: bool = False
    error_rate: float = 0.0
    latency_ms: float = 0.0
    code: str = ""
    bindings: tuple[Binding, ...] = BINDINGS
    secrets: Mapping[str, int] = field(default_factory=lambda: dict(SECRETS))
    migration_tag: str = MIGRATION
    compatibility_date: str = "2026-06-01"
    modules: tuple[Module, ...] = field(default=(), repr=False)
    main_module: str = ""

    def listed(self) -> dict[str, Any]:
        """As GET …/versions lists it."""
        annotations = {"workers/triggered_by": self.triggered_by}
        if self.message:
            annotations["workers/message"] = self.message
        if self.tag:
            annotations["workers/tag"] = self.tag
        return {
            "id": self.id,
            "number": self.number,
            "metadata": {
                "created_on": self.created_on,
                "modified_on": self.created_on,
                "source": self.source,
                "author_id": "4c1a2b3d5e6f47889900aabbccddeeff",
                "author_email": self.author_email,
                "has_preview": False,
            },
            "annotations": annotations,
        }

    def whole(self) -> dict[str, Any]:
        """As GET …/versions/{id} tells it: no value of a secret is in it."""
        secrets = [{"type": "secret_text", "name": name} for name in sorted(self.secrets)]
        runtime = {
            "compatibility_date": self.compatibility_date,
            "compatibility_flags": ["nodejs_compat"],
            "usage_model": "standard",
            "limits": {"cpu_ms": 30_000},
        }
        if self.migration_tag:
            runtime["migration_tag"] = self.migration_tag
        return self.listed() | {
            "resources": {
                "bindings": [*map(dict, self.bindings), *secrets],
                "script": {
                    "etag": self.code,
                    "handlers": ["fetch"],
                    "last_deployed_from": self.source,
                },
                "script_runtime": runtime,
            },
            "startup_time_ms": 14,
        }


@dataclass(frozen=True, slots=True)
class Deployment:
    """Which versions get which share of the traffic: `versions` are (id, percentage)."""

    id: str
    created_on: str
    source: str
    author_email: str
    message: str
    triggered_by: str
    versions: tuple[tuple[str, float], ...]

    def listed(self) -> dict[str, Any]:
        """As GET …/deployments lists it."""
        annotations = {"workers/triggered_by": self.triggered_by}
        if self.message:
            annotations["workers/message"] = self.message
        return {
            "id": self.id,
            "source": self.source,
            "strategy": "percentage",
            "author_email": self.author_email,
            "created_on": self.created_on,
            "annotations": annotations,
            "versions": [
                {"version_id": version, "percentage": share} for version, share in self.versions
            ],
        }
