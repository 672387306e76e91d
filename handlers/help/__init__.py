"""Help that teaches: the menu, the list of commands, one command explained, and a form for one."""

from handlers.help.commands import FEATURE

__all__ = ["FEATURE"]
