"""Settings: pitchey.toml and the environment, validated whole before anything connects."""

from bot.settings.loading import DEFAULT_FILE, PATH_NAME, load
from bot.settings.metrics import Metric, MetricName
from bot.settings.model import Settings
from bot.settings.problems import Problem, SettingsError
from bot.settings.records import Records
from bot.settings.scale import Region
from bot.settings.secrets import Secrets
from bot.settings.tables import (
    Checks,
    Cloudflare,
    Contacts,
    Environment,
    EscalationLevel,
    Http,
    Limit,
    Network,
    Provider,
    Roles,
    Slack,
    Storage,
)
from bot.settings.values import is_group

__all__ = [
    "DEFAULT_FILE",
    "PATH_NAME",
    "Checks",
    "Cloudflare",
    "Contacts",
    "Environment",
    "EscalationLevel",
    "Http",
    "Limit",
    "Metric",
    "MetricName",
    "Network",
    "Problem",
    "Provider",
    "Records",
    "Region",
    "Roles",
    "Secrets",
    "Settings",
    "SettingsError",
    "Slack",
    "Storage",
    "is_group",
    "load",
]
