"""The Cloudflare account of the sandbox: its Workers, buckets, pages and API tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.sandbox.cloudflare.history import past_script
from bot.sandbox.cloudflare.pages import Project
from bot.sandbox.cloudflare.script import Script
from bot.sandbox.cloudflare.versions import Version

ID = "7b3f1c0a9d5e4f2886aa41c3d07e95b2"
EMAIL = "ops@pitchey.example"
CI = "ci@pitchey.example"
WORKER = "pitchey-production"
STAGING = "pitchey-staging"
PAGES = "pitchey"

READ_WORKERS = "Workers Scripts Read"
WRITE_WORKERS = "Workers Scripts Write"
READ_OBSERVABILITY = "Workers Observability Read"
READ_ANALYTICS = "Account Analytics Read"
READ_R2 = "Workers R2 Storage Read"
READ_KV = "Workers KV Storage Read"
READ_PAGES = "Pages Read"
WRITE_PAGES = "Pages Edit"
READ_NOTIFICATIONS = "Notifications Read"
WRITE_NOTIFICATIONS = "Notifications Edit"
READ_TAIL = "Workers Tail Read"
READ_ZONE = "Zone Read"
READ_ZONE_ANALYTICS = "Analytics Read"
READ_ACCOUNT = "Account Settings Read"
PURGE = "Cache Purge"
READ_CACHE_RULES = "Cache Rules Read"
WRITE_CACHE_RULES = "Cache Rules Edit"
READ_ZONE_SETTINGS = "Zone Settings Read"
WRITE_ZONE_SETTINGS = "Zone Settings Write"
READ_FIREWALL = "Firewall Services Read"
WRITE_FIREWALL = "Firewall Services Write"
READ_ACCOUNT_FIREWALL = "Account Firewall Access Rules Read"
WRITE_ACCOUNT_FIREWALL = "Account Firewall Access Rules Write"
READ_LISTS = "Account Filter Lists Read"
WRITE_LISTS = "Account Filter Lists Edit"
ZONE_NAME = "127.0.0.1"  # where the sandbox's platform answers
PERMISSIONS = frozenset(
    {
        READ_WORKERS, WRITE_WORKERS, READ_OBSERVABILITY, READ_ANALYTICS, READ_R2, READ_PAGES,
        READ_NOTIFICATIONS, WRITE_NOTIFICATIONS, READ_TAIL, READ_ZONE, READ_ZONE_ANALYTICS,
        READ_ACCOUNT, WRITE_PAGES, PURGE, WRITE_CACHE_RULES, WRITE_ZONE_SETTINGS, WRITE_FIREWALL,
        WRITE_ACCOUNT_FIREWALL, WRITE_LISTS, READ_KV,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; `permissions` are names as the dashboard shows them."""

    value: str
    id: str
    permissions: frozenset[str] = PERMISSIONS

    def may(self, permission: str) -> bool:
        """Whether it holds a permission; one to write or edit includes the one to read."""
        subject = permission.removesuffix("Read")
        enough = {permission, f"{subject}Write", f"{subject}Edit"}
        return not permission or bool(enough & self.permissions)


@dataclass(frozen=True, slots=True)
class Zone:
    """A domain of the platform's own; `plan` is free, pro, business or enterprise."""

    name: str
    plan: str = "free"
    id: str = field(default_factory=lambda: secrets.token_hex(16))

    def covers(self, host: str) -> bool:
        """Whether a host name, without a port, is of this zone."""
        return host == self.name or host.endswith(f".{self.name}")


@dataclass
class Account:
    """`token` opens everything; `issue` makes others that open less.

    Without a `zone`, as a platform on workers.dev and pages.dev is, until one is set; `plan` gives
    it one of its own from the start. `pays` for
    Workers, which webhooks of notifications need where no zone is paid for.
    """

    id: str = ID
    scripts: dict[str, Script] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    pages: Project = field(default_factory=lambda: Project(PAGES, datetime.now(UTC)))
    zone: Zone | None = None
    pays: bool = True
    plan: str = ""

    def __post_init__(self) -> None:
        self.token = self.issue(PERMISSIONS)
        self._own_zone = Zone(ZONE_NAME, self.plan) if self.plan else None
        self.reset()

    def reset(self) -> None:
        """Put Workers and Pages back as they were. Script objects stay the same ones."""
        now = datetime.now(UTC)
        for name in self.scripts.keys() - {WORKER, STAGING}:
            del self.scripts[name]
        for name, ahead in ((WORKER, timedelta()), (STAGING, timedelta(hours=4))):
            past = past_script(name, now, ahead=ahead)
            script = self.scripts.setdefault(name, past)
            script.versions, script.deployments = past.versions, past.deployments
        self.pages.reset(now)
        self.tokens = {self.token.value: self.token}
        self.zone, self.pays = self._own_zone, True

    def issue(self, permissions: Iterable[str]) -> Token:
        token = Token(secrets.token_urlsafe(30), secrets.token_hex(16), frozenset(permissions))
        self.tokens[token.value] = token
        return token

    def upload(
        self,
        tag: str,
        message: str = "",
        *,
        error_rate: float = 0.0,
        latency_ms: float = 0.0,
        bad: bool = False,
    ) -> dict[str, Version]:
        """One build uploaded to staging and to production, as CI does; by name of the script.

        Nobody is served it yet. It answers `error_rate` percent of the requests with 500 and
        all of them `latency_ms` later, or throws at each where `bad`.
        """
        return {
            script.name: script.upload(
                author_email=CI,
                tag=tag,
                message=message,
                at=datetime.now(UTC),
                error_rate=error_rate,
                latency_ms=latency_ms,
                bad=bad,
            )
            for script in (self.scripts[STAGING], self.scripts[WORKER])
        }

    def build(self, kind: str, amount: float) -> dict[str, Version]:
        """CI uploads the next version, with a fault that staging does not show (a `build…` switch).

        Nobody is served it yet.
        """
        minor = max(version.number for version in self.scripts[WORKER].versions) + 4
        tag = f"v1.{minor}.0"
        message = {"build": "Saved searches"}.get(kind, "Recommendations")
        fault = {
            "build_errors": {"error_rate": amount},
            "build_slow": {"latency_ms": amount},
            "build_broken": {"bad": True},
        }.get(kind, {})
        at = datetime.now(UTC)
        code = hashlib.sha256(f"build {tag} {kind}".encode()).hexdigest()
        return {
            script.name: script.upload(
                author_email=CI, tag=tag, message=message, at=at, code=code,
                **(fault if script.name == WORKER else {}),  # type: ignore[arg-type]
            )
            for script in (self.scripts[STAGING], self.scripts[WORKER])
        }  # fmt: skip

    def release_badly(self) -> None:
        """Upload and deploy a version that throws at every request (fault `bad_release`)."""
        script = self.scripts[WORKER]
        now = datetime.now(UTC)
        author = "dana@pitchey.example"
        version = script.upload(
            author_email=author, tag="v1.10.0", message="Recommendations", at=now, bad=True
        )
        script.deploy(((version.id, 100),), author_email=author, message=version.message, at=now)

    def lose_secret(self, name: str, *, lost: bool) -> None:
        """Somebody deletes a secret of the Worker, or sets it again; each deploys at once."""
        script, now = self.scripts[WORKER], datetime.now(UTC)
        held = name in (script.newest.secrets if script.newest else {})
        if lost and held:
            script.delete_secret(name, "dana@pitchey.example", now, "dash")
        elif not lost and not held:
            script.put_secret(name, "omar@pitchey.example", now)

    def recover(self) -> None:
        """Deploy the newest good version where a bad one still gets traffic."""
        script = self.scripts[WORKER]
        if any(script.is_bad(version_id) for version_id, _ in script.live.versions):
            good = next(version for version in reversed(script.versions) if not version.bad)
            script.deploy(
                ((good.id, 100),),
                author_email="omar@pitchey.example",
                message=f"Rollback to {good.tag}",
                at=datetime.now(UTC),
                triggered_by="rollback",
            )

    def change_secret(self) -> None:
        """Somebody sets JWT_SECRET by hand, which deploys at once (fault `secret_changed`)."""
        script = self.scripts[WORKER]
        script.put_secret("JWT_SECRET", "dana@pitchey.example", datetime.now(UTC), "by-hand")
