"""Whether now is a time for work that people feel, and who may work at another one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.blocks import date
from bot.command import Argument, Arguments, Context, Kind, Surface
from bot.errors import NotNow
from bot.guard_input import reason_of
from bot.settings.database import window_open, window_opens
from handlers.database_care.wording import lasting

if TYPE_CHECKING:
    from bot.settings import Settings

ANYWAY = "outside-window"
OUTSIDE = Argument(ANYWAY, "run outside of the maintenance window; give a --reason", Kind.FLAG)


def is_open(settings: Settings, now: datetime) -> bool:
    return window_open(settings.database.maintenance_window, _local(settings, now))


def admit(context: Context, arguments: Arguments, line: str) -> tuple[str, bool]:
    """A line for the plan, and whether a reason is still wanted for it.

    Raises NotNow outside of the window, without the flag.
    """
    settings, now = context.settings, context.runtime.now()
    window = settings.database.maintenance_window
    if not window:
        return "no maintenance window is set: any time is allowed", False
    told = f"{window} ({settings.team.timezone})"
    if is_open(settings, now):
        return f"inside of the maintenance window, {told}; it stops when the window ends", False
    if not arguments.get(ANYWAY):
        raise NotNow(
            f"Not now: the maintenance window is closed{_opening(context, now)}.",
            f"It is {told}. What cannot wait runs now with a reason.",
            offers=(("Run it now, with a reason", f"{line} --{ANYWAY}"),),
        )
    return f"OUTSIDE of the maintenance window, {told}", not reason_of(arguments)


def _opening(context: Context, now: datetime) -> str:
    """When it opens next, in the reader's time; by the team's clock where nobody reads along."""
    settings = context.settings
    found = window_opens(settings.database.maintenance_window, _local(settings, now))
    if found is None:
        return ""
    opens, open_for = found
    when = f"{opens:%a %d %b %H:%M}"
    if context.invocation.surface is not Surface.SCHEDULE:
        when = date(opens)
    until = lasting((opens - now).total_seconds())
    return f", and opens {when}, in {until}, for {lasting(open_for.total_seconds())}"


def _local(settings: Settings, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(settings.team.timezone))
