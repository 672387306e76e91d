"""Who did what with this bot, and proof that the record is as it was written."""

from bot.command import Feature
from handlers.audit.commands import AUDIT, VERIFY
from handlers.audit.daily import HEAD

FEATURE = Feature(name="audit", title="Audit log", commands=(AUDIT, VERIFY), jobs=(HEAD,))

__all__ = ["FEATURE"]
