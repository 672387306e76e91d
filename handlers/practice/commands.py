"""`/pitchey practise change` and `/pitchey practise danger`."""

from __future__ import annotations

import asyncio

from bot.command import Argument, Arguments, Command, Context, Kind, Plan, Reply, Risk, Role
from bot.errors import OpsError
from handlers.practice.operations import MOST_SECONDS, MOST_STEPS, check, rehearse, tally
from handlers.practice.views import rehearsed_reply


async def plan(context: Context, arguments: Arguments) -> Plan:
    """What the rehearsal would count; with --strict it depends on the count of now."""
    steps, seconds = arguments["steps"], arguments["seconds"]
    check(steps, seconds)
    count = await asyncio.to_thread(tally, context.store)
    name = arguments["name"]
    return Plan(
        target=f"rehearsal {name}",
        effect=f"counts the rehearsals up by one, from {count.carried_out} now.",
        lines=(
            f"{steps} {'step' if steps == 1 else 'steps'} over {seconds} "
            f"{'second' if seconds == 1 else 'seconds'}",
            "nothing outside of the bot is touched",
        ),
        state=str(count.carried_out) if arguments["strict"] else "",
    )


async def run(context: Context, arguments: Arguments) -> Reply:
    """Rehearse inside the operation that the guard has begun."""
    if context.operation is None:
        raise OpsError("A rehearsal runs as an operation only.", permanent=True)
    found = await rehearse(
        context.store,
        context.operation,
        arguments["steps"],
        arguments["seconds"],
        context.guard.now,
        arguments["fail"],
    )
    return rehearsed_reply(found)


ARGUMENTS = (
    Argument("name", "what to rehearse on: one of a name runs at a time", default="stage"),
    Argument("steps", f"how many steps, at most {MOST_STEPS}", Kind.INTEGER, default=3, flag=True),
    Argument(
        "seconds",
        f"how long it takes in all, at most {MOST_SECONDS}",
        Kind.INTEGER,
        default=3,
        flag=True,
    ),
    Argument(
        "strict",
        "do not run where another rehearsal came between the plan and the yes",
        Kind.FLAG,
    ),
    Argument("fail", "fail at the end, to see what that looks like", Kind.FLAG),
)

CHANGE = Command(
    name="practise change",
    summary="Rehearse a change: you confirm it, it runs, and nothing real is touched.",
    run=run,
    plan=plan,
    role=Role.RESPONDER,
    risk=Risk.CHANGES,
    arguments=ARGUMENTS,
    examples=("practise change", "practise change stage --steps 5 --seconds 20"),
    deadline=MOST_SECONDS + 60,
    resumable=True,
)

DANGER = Command(
    name="practise danger",
    summary="Rehearse a dangerous operation: a second person approves it first.",
    run=run,
    plan=plan,
    role=Role.OPERATOR,
    risk=Risk.DANGEROUS,
    arguments=ARGUMENTS,
    examples=(
        'practise danger --reason "new colleague learns approving"',
        'practise danger stage --seconds 30 --reason "try Cancel"',
    ),
    deadline=MOST_SECONDS + 60,
    resumable=True,
)
