"""Maintenance mode: people read that the platform is being worked on, and nobody forgets it."""

from bot.command import Feature
from handlers.maintenance.commands import OFF, ON, STATE
from handlers.maintenance.home import home
from handlers.maintenance.watching import WATCH

FEATURE = Feature(
    name="maintenance",
    title="Maintenance mode",
    commands=(STATE, ON, OFF),
    jobs=(WATCH,),
    home=home,
)

__all__ = ["FEATURE"]
