"""On call: who answers now, who stands in, and the contacts beyond the team."""

from bot.command import Feature
from handlers.oncall.commands import CONTACTS, END, ONCALL, OVERRIDE

FEATURE = Feature(name="oncall", title="On call", commands=(ONCALL, OVERRIDE, END, CONTACTS))

__all__ = ["FEATURE"]
