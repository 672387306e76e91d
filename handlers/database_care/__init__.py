"""Care of the platform's database: what mends it, by command and by schedule."""

from bot.command import Feature
from handlers.database_care import treatment_commands

FEATURE = Feature(
    name="database_care",
    title="Database care",
    commands=(*treatment_commands.COMMANDS,),
)

__all__ = ["FEATURE"]
