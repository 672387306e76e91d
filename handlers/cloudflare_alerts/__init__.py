"""Cloudflare's own notifications: set up by its API, received, and turned into alerts."""

from bot.command import Feature
from handlers.cloudflare_alerts.commands import CHECK, SETUP
from handlers.cloudflare_alerts.webhook import WEBHOOK

FEATURE = Feature(
    name="cloudflare_alerts",
    title="Cloudflare's notifications",
    commands=(SETUP, CHECK),
    webhooks=(WEBHOOK,),
)

__all__ = ["FEATURE"]
