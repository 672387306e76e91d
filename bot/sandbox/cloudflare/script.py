"""One Worker script at Cloudflare: its versions, its deployments, and which version answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

OVERRIDES = "Cloudflare-Workers-Version-Overrides"
STICKY = "Cloudflare-Workers-Version-Key"
BINDINGS = (
    {"type": "hyperdrive", "name": "HYPERDRIVE", "id": "9d1f6e0a7c1b4a7e8f2d5c3b6a901e47"},
    {
        "type": "kv_namespace",
        "name": "KV_CACHE",
        "namespace_id": "0f2ac74b498b48028cb68387c421e279",
    },
    {"type": "r2_bucket", "name": "R2_UPLOADS", "bucket_name": "pitchey-uploads"},
    {"type": "secret_text", "name": "DATABASE_URL"},
    {"type": "secret_text", "name": "JWT_SECRET"},
)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Version:
    """An uploaded version. A `bad` one throws at every request."""

    id: str
    number: int
    created_on: str
    author_email: str
    source: str
    tag: str
    message: str
    bad: bool = False


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


@dataclass
class Script:
    """A Worker. The newest deployment decides which version answers a request."""

    name: str
    versions: list[Version] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)  # name → type
    _turn: float = 0.0

    @property
    def live(self) -> Deployment:
        return self.deployments[-1]

    def version(self, version_id: str) -> Version | None:
        return next((version for version in self.versions if version.id == version_id), None)

    def is_bad(self, version_id: str) -> bool:
        version = self.version(version_id)
        return version is not None and version.bad

    def upload(
        self, *, author_email: str, tag: str, message: str, at: datetime, bad: bool = False
    ) -> Version:
        number = len(self.versions) + 1
        version = Version(
            id=_identifier(self.name, "version", number),
            number=number,
            created_on=stamp(at),
            author_email=author_email,
            source="wrangler",
            tag=tag,
            message=message,
            bad=bad,
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

    def put_secret(self, name: str, author_email: str, at: datetime) -> None:
        """Set a secret; as at Cloudflare this makes a new version and deploys it at once."""
        live = self.version(self.live.versions[0][0])
        self.secrets[name] = "secret_text"
        version = self.upload(
            author_email=author_email,
            tag=live.tag if live else "",
            message=live.message if live else "",
            at=at,
            bad=bool(live and live.bad),
        )
        self.deploy(
            ((version.id, 100),), author_email=author_email, message="", at=at,
            triggered_by="secret",
        )  # fmt: skip

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


def past_script(name: str, now: datetime, kinds: int = 6) -> Script:
    """A script with a believable history: weekly uploads, the newest deployed two days ago."""
    script = Script(name, secrets={"DATABASE_URL": "secret_text", "JWT_SECRET": "secret_text"})
    changes = (
        "Faster search", "Fix NDA reminders", "New investor dashboard", "Cache trending pitches",
        "Session clean-up", "Clearer upload errors",
    )  # fmt: skip
    for number in range(kinds):
        at = now - timedelta(days=2 + 7 * (kinds - 1 - number), hours=3)
        author = ("dana@pitchey.example", "omar@pitchey.example")[number % 2]
        version = script.upload(
            author_email=author, tag=f"v1.{number + 4}.0", message=changes[number % 6], at=at
        )
        script.deploy(
            ((version.id, 100),),
            author_email=author,
            message=version.message,
            at=at + timedelta(minutes=2),
        )
    return script


def _identifier(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, ":".join(map(str, parts))))


def _override(header: str, script: str) -> str:
    """The version id that `script="id"` names in the overrides header, or nothing."""
    for entry in header.split(","):
        name, _, value = entry.strip().partition("=")
        if name == script:
            return value.strip('"')
    return ""
