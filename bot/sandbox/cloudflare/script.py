"""One Worker script at Cloudflare: its versions, its deployments, and which version answers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.cloudflare.versions import Binding, Deployment, Version, stamp

if TYPE_CHECKING:
    from bot.sandbox.cloudflare.contents import Module

__all__ = ["OVERRIDES", "STICKY", "Deployment", "Script", "Version", "stamp"]

OVERRIDES = "Cloudflare-Workers-Version-Overrides"
STICKY = "Cloudflare-Workers-Version-Key"
MAINTENANCE = "maintenance"  # the tag of the version that only says that it is being worked on
MOST_DEPLOYABLE = 100  # of the newest versions


@dataclass
class Script:
    """A Worker. The newest deployment decides which version answers a request."""

    name: str
    versions: list[Version] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    _values: dict[tuple[str, int], str] = field(default_factory=dict, repr=False)
    _turn: float = 0.0

    @property
    def live(self) -> Deployment:
        return self.deployments[-1]

    @property
    def newest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def deployable(self) -> tuple[Version, ...]:
        """Newest first."""
        return tuple(reversed(self.versions[-MOST_DEPLOYABLE:]))

    def version(self, version_id: str) -> Version | None:
        return next((version for version in self.versions if version.id == version_id), None)

    def is_bad(self, version_id: str) -> bool:
        version = self.version(version_id)
        return version is not None and version.bad

    def upload(  # noqa: PLR0913 - every option is keyword-only
        self,
        *,
        author_email: str,
        tag: str = "",
        message: str = "",
        at: datetime,
        bad: bool = False,
        error_rate: float = 0.0,
        latency_ms: float = 0.0,
        code: str = "",
        bindings: tuple[Binding, ...] | None = None,
        secrets: Mapping[str, int] | None = None,
        migration_tag: str | None = None,
        modules: tuple[Module, ...] = (),
        main_module: str = "",
        source: str = "wrangler",
        triggered_by: str = "version_upload",
    ) -> Version:
        """A new version, which nobody is served before it is deployed.

        What is not given is as in the version before. `error_rate` is in percent.
        """
        number = len(self.versions) + 1
        before = self.newest or _FIRST
        version = Version(
            id=_identifier(self.name, "version", number),
            number=number,
            created_on=stamp(at),
            author_email=author_email,
            source=source,
            tag=tag,
            message=message,
            triggered_by=triggered_by,
            bad=bad,
            error_rate=error_rate,
            latency_ms=latency_ms,
            code=code or hashlib.sha256(f"code {tag} {message} {number}".encode()).hexdigest(),
            bindings=bindings if bindings is not None else before.bindings,
            secrets=dict(secrets if secrets is not None else before.secrets),
            migration_tag=migration_tag if migration_tag is not None else before.migration_tag,
            modules=modules,
            main_module=main_module,
        )
        self.versions.append(version)
        return version

    def deploy(
        self,
        versions: tuple[tuple[str, float], ...],
        *,
        author_email: str,
        message: str,
        at: datetime,
        source: str = "wrangler",
        triggered_by: str = "deployment",
    ) -> Deployment:
        """From the next request on these versions answer; checks nothing (see `rules`)."""
        deployment = Deployment(
            id=_identifier(self.name, "deployment", len(self.deployments) + 1),
            created_on=stamp(at),
            source=source,
            author_email=author_email,
            message=message,
            triggered_by=triggered_by,
            versions=versions,
        )
        self.deployments.append(deployment)
        return deployment

    def put_secret(
        self, name: str, author_email: str, at: datetime, value: str = "", source: str = "api"
    ) -> None:
        """Set a secret; as at Cloudflare this makes a new version and deploys it at once."""
        self._edit_secrets(self.with_secret(name, value), author_email, at, source)

    def delete_secret(self, name: str, author_email: str, at: datetime, source: str) -> None:
        """Take a secret out, which deploys a new version too. KeyError where there is none."""
        secrets = dict(self.newest.secrets if self.newest else {})
        del secrets[name]
        self._edit_secrets(secrets, author_email, at, source)

    def with_secret(self, name: str, value: str) -> dict[str, int]:
        """The newest version's secrets with this one set anew; for a version to come."""
        secrets = dict(self.newest.secrets if self.newest else {})
        turns = [version.secrets.get(name, 0) for version in self.versions]
        turn = secrets[name] = max(turns, default=0) + 1
        self._values[name, turn] = value
        return secrets

    def value(self, version: Version, name: str) -> str:
        """What a version reads from a secret; empty where it has its first value still."""
        return self._values.get((name, version.secrets.get(name, 0)), "")

    def choose(self, headers: Mapping[str, str]) -> Version:
        """The version that answers: by override header, by sticky key, else by shares."""
        shares = self.live.versions
        wanted = _override(headers.get(OVERRIDES, ""), self.name)
        for version_id, _ in shares:
            if version_id == wanted:
                return self._known(version_id)
        point = self._point(headers.get(STICKY, ""))
        for version_id, share in shares:
            if point < share:
                return self._known(version_id)
            point -= share
        return self._known(shares[-1][0])

    def _edit_secrets(
        self, secrets: Mapping[str, int], author_email: str, at: datetime, source: str
    ) -> None:
        before = self.newest
        if before is None:
            raise KeyError(self.name)
        version = self.upload(
            author_email=author_email, at=at, bad=before.bad, error_rate=before.error_rate,
            latency_ms=before.latency_ms, code=before.code, modules=before.modules,
            main_module=before.main_module, secrets=secrets, source=source,
            triggered_by="secret",
        )  # fmt: skip
        self.deploy(
            ((version.id, 100),), author_email=author_email, message="", at=at, source=source,
            triggered_by="secret",
        )  # fmt: skip

    def _point(self, sticky: str) -> float:
        """Where between 0 and 100 a request falls; even steps keep small samples fair."""
        if sticky:
            return uuid.uuid5(uuid.NAMESPACE_URL, sticky).int % 10_000 / 100
        self._turn = (self._turn + 61.8034) % 100
        return self._turn

    def _known(self, version_id: str) -> Version:
        version = self.version(version_id)
        if version is None:
            raise KeyError(version_id)
        return version


_FIRST = Version("", 0, "", "", "", "", "")  # what a first version is like unless it says


def _identifier(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, ":".join(map(str, parts))))


def _override(header: str, script: str) -> str:
    """The version id that `script="id"` names in the overrides header, or nothing."""
    for entry in header.split(","):
        name, _, value = entry.strip().partition("=")
        if name == script:
            return value.strip('"')
    return ""
