"""All settings as one frozen value: what `load` returns and everything else reads."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.errors import BadInput
from bot.settings.alerts import Alerts
from bot.settings.backups import Backups
from bot.settings.cache import Cache, Cdn
from bot.settings.dashboard import Dashboard
from bot.settings.database import DatabaseCare
from bot.settings.deploys import Deploys
from bot.settings.diagnosis import Diagnosing
from bot.settings.incidents import Incidents
from bot.settings.lessons import Lessons
from bot.settings.maintenance import Maintenance
from bot.settings.metrics import Metric, MetricName, guide_metrics
from bot.settings.migrations import Migrations
from bot.settings.morning import Morning
from bot.settings.oncall import Oncall
from bot.settings.playbooks import Playbooks
from bot.settings.records import Records
from bot.settings.reports import Reports
from bot.settings.sampling import Sampling
from bot.settings.scale import Scale
from bot.settings.secrets import Secrets
from bot.settings.security import Security
from bot.settings.tables import (
    Checks,
    Cloudflare,
    Contacts,
    Environment,
    Guarding,
    Http,
    Limit,
    Network,
    Roles,
    Slack,
    Storage,
    Team,
)
from bot.settings.values import Table, Text

EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class Settings(Table):
    """pitchey.toml and the environment, validated whole."""

    default_environment: Text = "production"
    environments: Annotated[dict[EnvironmentName, Environment], Field(min_length=1)]
    slack: Slack = Slack()
    http: Http = Http()
    cloudflare: Cloudflare = Cloudflare()
    storage: Storage = Storage()
    store: Records = Records()
    network: Network = Network()
    checks: Checks = Checks()
    guard: Guarding = Guarding()
    team: Team = Team()
    incidents: Incidents = Incidents()
    lessons: Lessons = Lessons()
    playbooks: Playbooks = Playbooks()
    deploys: Deploys = Deploys()
    reports: Reports = Reports()
    dashboard: Dashboard = Dashboard()
    morning: Morning = Morning()
    metrics: dict[MetricName, Metric] = Field(default_factory=guide_metrics)
    sampling: Sampling = Sampling()
    backups: Backups = Backups()
    database: DatabaseCare = DatabaseCare()
    diagnosis: Diagnosing = Diagnosing()
    scale: Scale = Scale()
    cache: Cache = Cache()
    cdn: Cdn = Cdn()
    security: Security = Security()
    migrations: Migrations = Migrations()
    maintenance: Maintenance = Maintenance()
    roles: Roles = Roles()
    limits: tuple[Limit, ...] = ()
    contacts: Contacts = Contacts()
    oncall: Oncall = Oncall()
    alerts: Alerts = Alerts()
    secrets: Secrets = Secrets()

    @model_validator(mode="after")
    def _rules_hold_somewhere(self) -> Self:
        named = {name for rule in self.alerts.rules for name in rule.environments}
        if named - set(self.environments):
            raise ValueError("has an alert rule for an environment that is not in [environments]")
        return self

    def environment(self, name: str | None = None) -> Environment:
        """The named environment, or the default one; BadInput lists the names there are."""
        found = self.environments.get(name or self.default_environment)
        if found is None:
            names = ", ".join(self.environments)
            raise BadInput(f"There is no environment called {name}.", f"Choose one of: {names}.")
        return found

    @property
    def store_address(self) -> str:
        """Of the PostgreSQL database that holds the records; "" where they are in a file.

        STORE_URL wins as a whole. It may hold a password: never show it.
        """
        whole = self.secrets.store_url
        return whole.get_secret_value() if whole else self.store.url

    @property
    def store_password(self) -> str:
        """For an address without one; "" leaves it to libpq: PGPASSWORD, ~/.pgpass."""
        held = self.secrets.store_password
        return held.get_secret_value() if held else ""

    @property
    def transport(self) -> Literal["socket", "http"] | None:
        """Socket Mode with an app-level token, HTTP with a signing secret, neither without."""
        if self.secrets.slack_app_token is not None:
            return "socket"
        return "http" if self.secrets.slack_signing_secret is not None else None
