"""`/pitchey schedule`, `schedule run`, `schedule pause` and `schedule resume`."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.arguments import typed
from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from handlers.schedules import operations
from handlers.schedules.views import (
    paused_notice,
    paused_reply,
    ran_reply,
    resumed_reply,
    schedules_reply,
)

_JOB = Argument(
    "job",
    "its name, as `schedule list` shows it",
    required=True,
    rest=True,
    example="forget-old",
)
_ALL = Argument("all", "the bot's own upkeep too", Kind.FLAG)
_FOR = re.compile(r"(?P<name>.+?)\s+(?:for\s+(?P<lasting>\S+)|(?P<bare>\d+[a-z]+))", re.I)
_LASTING = Argument("for", "", Kind.DURATION)
_DETAILS = (
    "Failed ones come first, then what runs and what is paused. A time that the bot was down for "
    "is run late, once. Works in a terminal as well."
)


async def show(context: Context, arguments: Arguments) -> Reply:
    """Every schedule, the worst first."""
    return schedules_reply(operations.read(context.runtime, everything=arguments["all"]))


async def plan_run(context: Context, arguments: Arguments) -> Plan:
    """What would run."""
    job = operations.named(context.runtime, arguments["job"], "run")
    operations.free(context.runtime, job)
    return Plan(
        target=f"schedule {job.name}",
        effect=f"runs “{job.title}” once, now, besides its times.",
        lines=(f"It is stopped after {job.deadline:g} seconds.",),
        risk=job.risk,
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    """Run one now, and say what came of it."""
    job = operations.named(context.runtime, arguments["job"], "run")
    return ran_reply(await operations.run(context.runtime, job))


async def pause(context: Context, arguments: Arguments) -> Reply:
    """Leave one out, and tell the channel: what is silent must not be forgotten."""
    runtime, person = context.runtime, context.invocation.person
    name, given = split(arguments["job"])
    job = operations.named(runtime, name, "pause")
    lasting: timedelta | None = typed(PAUSE, _LASTING, given) if given else None
    paused = operations.pause(runtime, job, person.name, lasting)
    text, blocks = paused_notice(paused)
    key = f"schedule-paused:{job.name}:{runtime.now().timestamp():.3f}"
    runtime.messages.post(runtime.settings.slack.ops_channel, text, blocks, key=key)
    return paused_reply(paused)


def split(text: str) -> tuple[str, str]:
    """A job's name, and for how long it was asked: "forget-old for 2h", "forget-old 2h"."""
    found = _FOR.fullmatch(text.strip())
    if found is None:
        return text.strip(), ""
    return found["name"], found["lasting"] or found["bare"]


async def resume(context: Context, arguments: Arguments) -> Reply:
    """Keep its times again."""
    job = operations.named(context.runtime, arguments["job"], "resume")
    return resumed_reply(operations.resume(context.runtime, job))


PAUSE = Command(
    name="schedule pause",
    summary="Leave a schedule out, for a while or until it is resumed.",
    run=pause,
    role=Role.OPERATOR,
    arguments=(
        Argument(
            "job",
            "its name, and for how long; until it is resumed without that",
            required=True,
            rest=True,
            example="forget-old for 2h",
        ),
    ),
    examples=("schedule pause forget-old for 2h", "schedule pause forget-old"),
    details="The operations channel is told who paused what, with a button that resumes it.",
)

COMMANDS = (
    Command(
        name="schedule",
        aliases=("schedules",),
        summary="What the bot does by itself: next run, last run, what failed or is paused.",
        run=show,
        arguments=(_ALL,),
        examples=("schedule", "schedule --all"),
        details=_DETAILS,
        guide="Daily Operations",
    ),
    Command(
        name="schedule list",
        summary="The same as `schedule`.",
        run=show,
        arguments=(_ALL,),
        examples=("schedule list", "schedule list --all"),
        details=_DETAILS,
        guide="Daily Operations",
    ),
    Command(
        name="schedule run",
        summary="Run one schedule now, besides its times.",
        run=run,
        plan=plan_run,
        role=Role.OPERATOR,
        risk=Risk.CHANGES,
        arguments=(_JOB,),
        examples=("schedule run forget-old",),
        details="Its own deadline holds. While it runs, it is not started a second time.",
        deadline=3_600.0,
    ),
    PAUSE,
    Command(
        name="schedule resume",
        summary="Keep the times of a paused schedule again.",
        run=resume,
        role=Role.OPERATOR,
        arguments=(_JOB,),
        examples=("schedule resume forget-old",),
    ),
)
