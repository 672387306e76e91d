"""What the bot does by itself at set times: see it, run it now, pause it."""

from bot.command import Feature
from handlers.schedules.commands import COMMANDS

FEATURE = Feature(name="schedules", title="Schedules", commands=COMMANDS)
