"""Playbooks: the guide's procedures as checklists that run, remind and are learnt from."""

from bot.command import Feature
from bot.events import Audited, Listener
from handlers.playbooks import commands, drill_commands
from handlers.playbooks.beginning import begin
from handlers.playbooks.drills import DRILL
from handlers.playbooks.forms import START, STEP
from handlers.playbooks.learning import heard
from handlers.playbooks.step_commands import STEP as STEP_COMMAND
from handlers.playbooks.ticking import CLOCKS

FEATURE = Feature(
    name="playbooks",
    title="Playbooks",
    commands=(*commands.COMMANDS, STEP_COMMAND, *drill_commands.COMMANDS),
    forms=(START, STEP),
    jobs=(CLOCKS, DRILL),
    listeners=(Listener(Audited, heard),),
    begin=begin,
)

__all__ = ["FEATURE"]
