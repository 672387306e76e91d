"""`/pitchey health`: is the platform well, part by part, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.arguments import known_environment
from bot.blocks import field_input, modal, option, select
from bot.command import (
    Argument,
    Arguments,
    Block,
    Command,
    Context,
    Form,
    Kind,
    Reply,
    Shortcut,
)
from bot.errors import OpsError
from bot.judging.wording import listed, unbroken
from bot.phrases import plural
from handlers.health.headline import TITLES
from handlers.health.operations import Tell, check_health
from handlers.health.result import COMPONENTS
from handlers.health.views import health_reply

if TYPE_CHECKING:
    from bot.runtime import Runtime

_ALL = "all"


async def health(context: Context, arguments: Arguments) -> Reply:
    """Check one part or all of them and answer with the verdict."""
    component, environment = arguments.get("component"), arguments.get("environment")
    known_environment(context.settings, environment, f"health {component or ''}".strip())
    result = await check_health(
        context.clients,
        context.settings,
        component=component,
        environment=environment,
        tell=_awaited(context, 1 if component else len(COMPONENTS)),
    )
    return health_reply(
        result,
        details=bool(arguments.get("details")),
        public=bool(arguments.get("public")),
        maintenance_until=_maintenance_until(context, result.environment),
    )


def _maintenance_until(context: Context, environment: str) -> datetime | None:
    """When maintenance mode ends, where it is on; a store that fails keeps no answer back."""
    try:
        record = context.store.maintenance.current(environment)
    except OpsError:
        return None
    return None if record is None else record.ends_at


def _awaited(context: Context, count: int) -> Tell:
    """Says how far the checks are, and how long the others may take."""

    async def tell(waiting: tuple[str, ...]) -> None:
        longest = max(getattr(context.settings.checks, name) for name in waiting)
        done = f"{count - len(waiting)} of {plural(count, 'check')} done"
        names = listed([TITLES[name] for name in waiting])
        await context.progress.say(unbroken(f"{done}; waiting for {names} (up to {longest:g} s)"))

    return tell


HEALTH = Command(
    name="health",
    summary="Is the platform well? Checks every part, or one.",
    run=health,
    arguments=(
        Argument(
            "component",
            "one part to check; everything without it",
            kind=Kind.CHOICE,
            choices=COMPONENTS,
            example="database",
        ),
        Argument(
            "environment",
            "which deployment, as named in pitchey.toml",
            flag=True,
        ),
        Argument("details", "show what each check saw", kind=Kind.FLAG),
        Argument("public", "show the answer to everybody in the channel", kind=Kind.FLAG),
    ),
    examples=("health", "health database", "health api --details"),
    details=(
        "Asks the API, the site, the database, the cache, uploads, sign-in, certificates, "
        "Cloudflare and the backups side by side, each with its own deadline. A part whose state "
        "cannot be known is never counted as healthy. Down means that people cannot use the "
        "platform: its API, its site, its database or its sign-in does not work."
    ),
    guide="Daily Operations, Morning Checklist; Common Issues & Solutions",
    deadline=60.0,
)


def health_modal(_runtime: Runtime | None, _about: Mapping[str, str]) -> Block:
    """The shortcut's window: what to check, in the default environment."""
    options = [option("Everything", _ALL), *(option(TITLES[name], name) for name in COMPONENTS)]
    return modal(
        FORM.name,
        "Check health",
        [
            field_input(
                "What to check",
                "component",
                select("Choose a part", "chosen", options, initial_option=options[0]),
            ),
        ],
        submit="Check",
    )


def health_command_line(values: Mapping[str, str], _about: Mapping[str, str]) -> str:
    """The command words of a submitted window."""
    component = values.get("component", "")
    return "health" if component in {"", _ALL} else f"health {component}"


FORM = Form("check_health", health_modal, health_command_line)
SHORTCUT = Shortcut(
    callback_id="check_health",
    name="Check health",
    description="Checks every part of the Pitchey platform now",
    kind="global",
    form=FORM.name,
)
