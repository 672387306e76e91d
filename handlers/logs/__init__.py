"""The Worker's logs: kept ones grouped, live ones streamed."""

from bot.command import Feature
from handlers.logs.commands import LOGS, STOP
from handlers.logs.leftovers import CLEAR, begin

FEATURE = Feature(name="logs", title="Logs", commands=(LOGS, STOP), jobs=(CLEAR,), begin=begin)

__all__ = ["FEATURE"]
