"""A small catalogue for tests of the house: every kind of argument, every role and outcome."""

from __future__ import annotations

import asyncio

from bot.command import Argument, Arguments, Catalogue, Command, Context, Feature, Kind, Reply, Role
from bot.errors import OpsError, Unreachable
from handlers import help as help_feature


async def echo(context: Context, arguments: Arguments) -> Reply:
    return Reply(f"Echo: {dict(arguments)}", data=dict(arguments))


async def break_down(context: Context, arguments: Arguments) -> Reply:
    how = arguments["how"]
    if how == "unreachable":
        raise Unreachable("The database does not answer.", "Try again in a minute.")
    if how == "permanent":
        raise OpsError("The token was revoked.", "Set a new one.", permanent=True)
    if how == "slow":
        await asyncio.sleep(60)
    raise ZeroDivisionError("planted-secret-value")


COMMANDS = (
    Command(
        "health",
        "Check.",
        echo,
        arguments=(
            Argument("component", "a part", Kind.CHOICE, choices=("api", "database", "cache")),
            Argument("environment", "where", flag=True, default="production"),
            Argument("details", "more", Kind.FLAG),
        ),
        examples=("health", "health api"),
    ),
    Command(
        "note",
        "Write a note.",
        echo,
        arguments=(
            Argument("person", "who", Kind.PERSON, required=True),
            Argument("since", "how long", Kind.DURATION, flag=True),
            Argument("limit", "how many", Kind.INTEGER, flag=True, default=20),
            Argument("channel", "where", Kind.CHANNEL, flag=True),
            Argument("text", "the words", rest=True),
        ),
        examples=("note @ana all is well",),
    ),
    Command("audit", "Read the log.", echo, role=Role.OPERATOR, examples=("audit",)),
    Command("audit verify", "Verify the log.", echo, role=Role.ADMIN, examples=("audit verify",)),
    Command(
        "break",
        "Fail on purpose.",
        break_down,
        arguments=(Argument("how", "which way", default="bug"),),
        deadline=0.2,
    ),
)

CATALOGUE = Catalogue((help_feature.FEATURE, Feature("test", "Test", COMMANDS)))
