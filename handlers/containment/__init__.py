"""Containment: who is kept out for a while, under attack mode, and sessions that end."""

from bot.command import Feature
from handlers.containment.commands import BLOCK, BLOCKS, UNBLOCK
from handlers.containment.ending import ENDS
from handlers.containment.more_commands import REVOKE, UNDER_ATTACK

FEATURE = Feature(
    name="containment",
    title="Containment",
    commands=(BLOCK, UNBLOCK, BLOCKS, UNDER_ATTACK, REVOKE),
    jobs=(ENDS,),
)

__all__ = ["FEATURE"]
