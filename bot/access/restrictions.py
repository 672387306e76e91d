"""`[[limits]]`: which commands may run only from certain channels. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from bot.blocks import code, escape
from bot.channels import Place
from bot.command import Command

if TYPE_CHECKING:
    from bot.settings import Limit, Settings

INCIDENT = "inc-"  # names of incident channels begin so
ENVIRONMENT = "environment"  # the argument that limits by environment look at


def matching(
    command: Command, settings: Settings, arguments: Mapping[str, Any] | None = None
) -> tuple[Limit, ...]:
    """The limits on that command; on one without an environment argument, those of every one.

    Without `arguments`, all that some arguments would meet.
    """
    return tuple(
        limit
        for limit in settings.limits
        if any(fnmatchcase(command.name, pattern) for pattern in limit.commands)
        and (not limit.environments or _meets(limit, command, settings, arguments))
    )


def allows(limit: Limit, place: Place) -> bool:
    """Whether the limit lets its commands run there. What has no known name is refused."""
    if place.id and place.id in limit.channels:
        return True
    if place.trouble or place.direct or not place.name:
        return False
    if limit.incident_channels and place.name.startswith(INCIDENT):
        return True
    return f"#{place.name}" in limit.channels


def where(limit: Limit) -> str:
    """Where the limit's commands may run: `#ops and incident channels`."""
    places = [f"<#{name}>" if name[0] != "#" else escape(name) for name in limit.channels]
    if limit.incident_channels:
        places.append(f"incident channels (names that begin with `{INCIDENT}`)")
    if not places:
        return "a terminal on the bot's machine"
    return " and ".join([", ".join(places[:-1]), places[-1]] if places[1:] else places)


def what(limit: Limit) -> str:
    """Which commands the limit is on: "`deploy*` in production"."""
    commands = ", ".join(code(pattern) for pattern in limit.commands)
    return commands + (f" in {' and '.join(limit.environments)}" if limit.environments else "")


def here(place: Place) -> str:
    """The place a command came from, for the end of a sentence."""
    if place.direct:
        return "this is a direct message"
    if place.trouble:
        return f"the name of this channel could not be read ({place.trouble})"
    return f"this is {escape('#' + place.name)}" if place.name else "this is no channel"


def _meets(
    limit: Limit, command: Command, settings: Settings, arguments: Mapping[str, Any] | None
) -> bool:
    takes_one = any(argument.name == ENVIRONMENT for argument in command.arguments)
    if not takes_one or arguments is None:
        return True
    asked = str(arguments.get(ENVIRONMENT) or settings.default_environment)
    return asked in limit.environments
