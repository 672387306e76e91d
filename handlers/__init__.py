"""The features of the bot, in the order help shows them: an explicit list, no scanning."""

from bot.command import Feature
from handlers import (
    access,
    alerts,
    audit,
    health,
    help,
    metrics,
    oncall,
    operations,
    practice,
    status,
)

FEATURES: tuple[Feature, ...] = (
    help.FEATURE,
    health.FEATURE,
    metrics.FEATURE,
    alerts.FEATURE,
    oncall.FEATURE,
    operations.FEATURE,
    practice.FEATURE,
    access.FEATURE,
    status.FEATURE,
    audit.FEATURE,
)
