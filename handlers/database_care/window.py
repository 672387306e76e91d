"""Whether now is a time for work that people feel, and who may work at another one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.command import Argument, Arguments, Context, Kind
from bot.errors import Refused
from bot.settings.database import window_open

if TYPE_CHECKING:
    from bot.settings import Settings

ANYWAY = "outside-window"
OUTSIDE = Argument(ANYWAY, "run outside of the maintenance window; give a --reason", Kind.FLAG)


def is_open(settings: Settings, now: datetime) -> bool:
    zone = ZoneInfo(settings.team.timezone)
    return window_open(settings.database.maintenance_window, now.astimezone(zone))


def admit(context: Context, arguments: Arguments, line: str) -> str:
    """A line for the plan; raises Refused outside of the window without the flag and a reason."""
    settings = context.settings
    window = settings.database.maintenance_window
    if not window:
        return "no maintenance window is set: any time is allowed"
    told = f"{window} ({settings.team.timezone})"
    if is_open(settings, context.runtime.now()):
        return f"inside of the maintenance window, {told}; it stops when the window ends"
    if not arguments.get(ANYWAY):
        raise Refused(
            f"The maintenance window is {told}, and it is closed now.",
            f'Wait for it, or say why it cannot wait: `/pitchey {line} --{ANYWAY} --reason "…"`',
        )
    if not str(arguments.get("reason") or "").strip():
        raise Refused(
            "Outside of the maintenance window a reason is needed.",
            f'`/pitchey {line} --{ANYWAY} --reason "…"`',
        )
    return f"OUTSIDE of the maintenance window, {told}"
