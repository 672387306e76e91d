"""The CDN: the guide's page rules as Cloudflare cache rules."""

from bot.command import Feature
from handlers.cdn.commands import RULES

FEATURE = Feature(name="cdn", title="CDN", commands=(RULES,))

__all__ = ["FEATURE"]
