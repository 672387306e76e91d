"""The tables of pitchey.toml that are about the bot and the services it talks to."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, Strict, model_validator

from bot.command import Role
from bot.settings.values import (
    AnyText,
    CertificateFile,
    Channel,
    CommandPattern,
    Days,
    GuardedUrl,
    Hours,
    Minutes,
    Name,
    Port,
    RoleHolder,
    RoleWord,
    RoleWordOrNone,
    Seconds,
    SlackApiUrl,
    SlackCommand,
    Table,
    Text,
    TimeZone,
    Url,
    is_group,
)


class Environment(Table):
    """One deployment of the platform; `name` is the table's own name."""

    name: Text
    api_url: Url
    site_url: Url
    worker_script: Name | None = None
    pages_project: Name | None = None


class Slack(Table):
    api_url: SlackApiUrl = "https://slack.com/api/"
    command: SlackCommand = "/pitchey"
    ops_channel: Channel = "#ops"
    alerts_channel: Channel = "#alerts"


class Http(Table):
    """Where the web process listens; the environment variable PORT wins over `port`.

    With `in_socket_mode` the same addresses but Slack's are served in Socket Mode too.
    `drain_seconds`: a copy that is stopped while others serve takes requests for so long after
    /healthz began to say draining; longer than the load balancer needs to notice.
    """

    host: Text = "0.0.0.0"  # noqa: S104 - a web process behind a proxy listens on every address
    port: Port = 8080
    in_socket_mode: Annotated[bool, Strict()] = False
    drain_seconds: Annotated[float, Field(ge=0, le=5)] = 3.0


class Cloudflare(Table):
    api_url: GuardedUrl = "https://api.cloudflare.com/client/v4"
    account_id: Name | None = None
    zone_id: Name | None = None
    webhook_url: GuardedUrl | None = None
    status_url: Url = "https://www.cloudflarestatus.com/api/v2/summary.json"


class Storage(Table):
    backup_bucket: Name = "pitchey-backups"
    backup_prefix: AnyText = ""
    uploads_bucket: Name = "pitchey-uploads"
    backup_endpoint_url: Url | None = None
    uploads_endpoint_url: Url | None = None
    region: Name = "us-east-1"


class Network(Table):
    ca_file: CertificateFile | None = None
    timeout_seconds: Seconds = 10.0


class Team(Table):
    """Where the team lives: schedules and reports are in its time."""

    timezone: TimeZone = "UTC"


class Guarding(Table):
    """How long people have to confirm or approve a guarded operation."""

    approval_minutes: Minutes = 15


class Checks(Table):
    """Deadlines in seconds for each health check, and when age becomes a warning."""

    api: Seconds = 20.0
    site: Seconds = 10.0
    database: Seconds = 10.0
    cache: Seconds = 20.0
    uploads: Seconds = 10.0
    auth: Seconds = 10.0
    certificate: Seconds = 10.0
    cloudflare: Seconds = 10.0
    backup: Seconds = 10.0
    certificate_warning_days: Days = 21
    certificate_critical_days: Days = 7
    backup_warning_hours: Hours = 26.0
    backup_critical_hours: Hours = 50.0

    @model_validator(mode="after")
    def _warning_comes_first(self) -> Self:
        if self.certificate_warning_days <= self.certificate_critical_days:
            raise ValueError("certificate_warning_days must exceed certificate_critical_days")
        if self.backup_warning_hours >= self.backup_critical_hours:
            raise ValueError("backup_warning_hours must be below backup_critical_hours")
        return self


class Roles(Table):
    """Who may do what; a role includes the ones before it (viewer, responder, operator, admin).

    Entries are Slack member ids, user group ids (`S…`) and handles of user groups (`@oncall`).
    """

    default: RoleWordOrNone = Role.VIEWER
    terminal: RoleWord = Role.ADMIN
    viewer: tuple[RoleHolder, ...] = ()
    responder: tuple[RoleHolder, ...] = ()
    operator: tuple[RoleHolder, ...] = ()
    admin: tuple[RoleHolder, ...] = ()

    def named(self, role: Role) -> tuple[str, ...]:
        """Who is given that role, as written."""
        given = {
            Role.VIEWER: self.viewer,
            Role.RESPONDER: self.responder,
            Role.OPERATOR: self.operator,
            Role.ADMIN: self.admin,
        }
        return given[role]

    @property
    def groups(self) -> tuple[str, ...]:
        """Every user group named, once."""
        entries = (entry for role in Role for entry in self.named(role))
        return tuple(dict.fromkeys(entry for entry in entries if is_group(entry)))


class Limit(Table):
    """Commands that may run from certain channels only; every limit that matches must allow.

    Without `environments` it holds for all of them; without channels nothing but a terminal
    may run the commands.
    """

    commands: Annotated[tuple[CommandPattern, ...], Field(min_length=1)]
    environments: tuple[Text, ...] = ()
    channels: tuple[Channel, ...] = ()
    incident_channels: bool = False


class EscalationLevel(Table):
    level: Text
    contact: Text
    response_minutes: Minutes


class Provider(Table):
    name: Text
    support: Text
    url: Url


class Contacts(Table):
    """Guide, "Support Contacts": who is called next, and whose services the platform stands on."""

    escalation: tuple[EscalationLevel, ...] = (
        EscalationLevel(level="L1", contact="On-call Engineer", response_minutes=15),
        EscalationLevel(level="L2", contact="Team Lead", response_minutes=30),
        EscalationLevel(level="L3", contact="Platform Architect", response_minutes=60),
        EscalationLevel(level="L4", contact="External Support", response_minutes=120),
    )
    providers: tuple[Provider, ...] = (
        Provider(name="Cloudflare", support="24/7", url="https://support.cloudflare.com"),
        Provider(name="Neon DB", support="Business Hours", url="https://neon.tech/support"),
        Provider(name="Upstash", support="24/7", url="https://upstash.com/support"),
    )
