"""The features of the bot, in the order help shows them: an explicit list, no scanning."""

from bot.command import Feature
from handlers import (
    access,
    alerts,
    audit,
    cloudflare_alerts,
    database,
    health,
    help,
    incidents,
    lessons,
    logs,
    metrics,
    oncall,
    operations,
    playbooks,
    practice,
    schedules,
    status,
)

FEATURES: tuple[Feature, ...] = (
    help.FEATURE,
    health.FEATURE,
    metrics.FEATURE,
    logs.FEATURE,
    database.FEATURE,
    alerts.FEATURE,
    cloudflare_alerts.FEATURE,
    oncall.FEATURE,
    incidents.FEATURE,
    playbooks.FEATURE,
    lessons.FEATURE,
    operations.FEATURE,
    schedules.FEATURE,
    practice.FEATURE,
    access.FEATURE,
    status.FEATURE,
    audit.FEATURE,
)
