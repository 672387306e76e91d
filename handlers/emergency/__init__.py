"""The guide's outage script as one card: each of its steps a button, guarded as always."""

from bot.command import Feature
from handlers.emergency.commands import EMERGENCY, STOP, WATCH
from handlers.emergency.watching import LOOK

FEATURE = Feature(
    name="emergency",
    title="Emergency",
    commands=(EMERGENCY, WATCH, STOP),
    jobs=(LOOK,),
)

__all__ = ["FEATURE"]
