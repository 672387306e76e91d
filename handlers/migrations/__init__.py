"""Changes of the database's shape: planned, tried on a copy, and applied with a way back."""

from bot.command import Feature
from handlers.migrations.commands import APPLY, PLAN, STATE, TEST, VERIFY
from handlers.migrations.recovering import CLEAR, LISTENERS

FEATURE = Feature(
    name="migrations",
    title="Migrations",
    commands=(STATE, PLAN, TEST, APPLY, VERIFY),
    jobs=(CLEAR,),
    listeners=LISTENERS,
)

__all__ = ["FEATURE"]
