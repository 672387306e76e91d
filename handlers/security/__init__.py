"""Security audits: what is exposed, weak or odd, since when, and who accepted which risk."""

from bot.command import Feature
from handlers.security.commands import ACCEPT, AUDIT, HEADERS, RISKS, WEEKLY

FEATURE = Feature(
    name="security",
    title="Security audit",
    commands=(AUDIT, HEADERS, RISKS, ACCEPT),
    jobs=(WEEKLY,),
)

__all__ = ["FEATURE"]
