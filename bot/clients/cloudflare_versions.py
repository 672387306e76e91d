"""Versions of a Worker: uploaded code with its bindings; a deployment says which ones answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.clients.cloudflare import Cloudflare
from bot.errors import BadAnswer

PERMISSION = "Workers Scripts Read"
MOST = 100  # of the newest can be deployed
SECRET_TYPES = frozenset({"secret_text", "secret_key", "secrets_store_secret"})
_UNTOLD = frozenset({"text", "key_base64", "key_jwk", "json"})  # values, which nobody needs here


@dataclass(frozen=True, slots=True)
class Version:
    """One uploaded version; `at` is aware. `number` counts the script's versions from 1.

    `triggered_by` is Cloudflare's word for what made it: version_upload, upload, secret, …
    """

    id: str
    number: int
    at: datetime
    author: str
    source: str
    tag: str
    message: str
    triggered_by: str

    @property
    def short(self) -> str:
        """The first eight characters, as people say it."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class Binding:
    """`resource` identifies what is bound (a namespace id, a bucket's name); never a value."""

    type: str
    name: str
    resource: str = ""

    @property
    def secret(self) -> bool:
        return self.type in SECRET_TYPES

    @property
    def bucket(self) -> str:
        """The R2 bucket that is bound; empty for anything else."""
        parts = self.resource.split(", ") if self.type == "r2_bucket" else []
        return next((each[12:] for each in parts if each.startswith("bucket_name=")), "")


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version and what stands in it. Versions of the same `etag` are the same code.

    `migration_tag` is the newest Durable Object migration it knows; empty for none.
    """

    version: Version
    bindings: tuple[Binding, ...]
    etag: str = ""
    migration_tag: str = ""
    compatibility_date: str = ""

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the secrets it was uploaded with."""
        return frozenset(each.name for each in self.bindings if each.secret)

    @property
    def resources(self) -> frozenset[Binding]:
        """Its bindings but secrets and plain values."""
        return frozenset(each for each in self.bindings if each.resource and not each.secret)


async def versions(
    cloudflare: Cloudflare, script: str, *, deadline: float = 10.0
) -> tuple[Version, ...]:
    """Those that can be deployed, at most the newest 100, newest first, in one request.

    With `deployable=true` Cloudflare ignores paging, so nothing is paged here.
    Raises what Cloudflare.call does.
    """
    told = await cloudflare.get(
        f"{cloudflare.script(script)}/versions",
        permission=PERMISSION,
        params={"deployable": "true"},
        deadline=deadline,
    )
    return read_versions(told)


async def version_detail(
    cloudflare: Cloudflare, script: str, version: str, *, deadline: float = 10.0
) -> VersionDetail:
    """One version by its whole id. Raises NoSuchVersion and what Cloudflare.call does."""
    told = await cloudflare.get(
        f"{cloudflare.script(script)}/versions/{version}", permission=PERMISSION, deadline=deadline
    )
    return read_version_detail(told)


def read_versions(told: Any) -> tuple[Version, ...]:
    """Versions out of an answer's result, newest first; raises BadAnswer. Pure."""
    listed = told.get("items") if isinstance(told, Mapping) else None
    if not isinstance(listed, list):
        raise BadAnswer("Cloudflare's list of versions has another shape than expected.")
    found = [_version(each) for each in listed if isinstance(each, Mapping)]
    known = [each for each in found if each is not None]
    return tuple(sorted(known, key=lambda each: (each.at, each.number), reverse=True))


def read_version_detail(told: Any) -> VersionDetail:
    """One version with its bindings; raises BadAnswer. Pure."""
    version = _version(told) if isinstance(told, Mapping) else None
    resources = told.get("resources") if isinstance(told, Mapping) else None
    if version is None or not isinstance(resources, Mapping):
        raise BadAnswer("Cloudflare answered a version in another shape than expected.")
    listed = resources.get("bindings")
    script, runtime = _inside(resources, "script"), _inside(resources, "script_runtime")
    return VersionDetail(
        version=version,
        bindings=tuple(_binding(each) for each in listed or () if isinstance(each, Mapping)),
        etag=str(script.get("etag") or ""),
        migration_tag=str(runtime.get("migration_tag") or ""),
        compatibility_date=str(runtime.get("compatibility_date") or ""),
    )


def _version(told: Mapping[str, Any]) -> Version | None:
    metadata, notes = _inside(told, "metadata"), _inside(told, "annotations")
    number = told.get("number")
    try:
        at = datetime.fromisoformat(str(metadata.get("created_on", "")))
    except ValueError:
        return None
    if not told.get("id"):
        return None
    return Version(
        id=str(told["id"]),
        number=number if isinstance(number, int) else 0,
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        author=str(metadata.get("author_email") or ""),
        source=str(metadata.get("source") or ""),
        tag=str(notes.get("workers/tag") or ""),
        message=str(notes.get("workers/message") or ""),
        triggered_by=str(notes.get("workers/triggered_by") or ""),
    )


def _binding(told: Mapping[str, Any]) -> Binding:
    kind = str(told.get("type") or "")
    rest = [
        f"{key}={value}"
        for key, value in sorted(told.items())
        if key not in {"type", "name"} | _UNTOLD and isinstance(value, (str, int))
    ]
    return Binding(kind, str(told.get("name") or ""), ", ".join(rest))


def _inside(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = told.get(key)
    return found if isinstance(found, Mapping) else {}
