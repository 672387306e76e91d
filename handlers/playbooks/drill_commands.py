"""`/pitchey drill start|end|report`."""

from __future__ import annotations

import asyncio

from bot.blocks import code, escape, mention
from bot.command import Argument, Arguments, Command, Context, Reply, Role
from bot.errors import BadInput
from handlers.playbooks import drills
from handlers.playbooks.acting import start
from handlers.playbooks.commands import DISCOVERED, begin_of
from handlers.playbooks.drill_views import report_reply
from handlers.playbooks.shelf import library
from handlers.playbooks.standing import visible, wanted
from handlers.playbooks.status_views import told_reply

MOST = 15


async def begin(context: Context, arguments: Arguments) -> Reply:
    """Play a playbook through; nothing is run."""
    found = await asyncio.to_thread(library, context.runtime)
    source = found.find(arguments["playbook"])
    how = begin_of(context, arguments, drill=True)
    run, fresh = start(context.runtime, source, context.invocation.person, how)
    title = f"DRILL {escape(run.title)} {code(run.id)}"
    if not fresh:
        who = mention(run.person_id, run.person_name)
        text = f":information_source: {title} runs already, started by {who}."
        return told_reply(text, "Nothing was started a second time.", run.id)
    note = "Steps of the bot only say what they would do. Its cards appear in the channel."
    return told_reply(f":dart: {title} started.", note, run.id)


async def end(context: Context, arguments: Arguments) -> Reply:
    """End a drill where it stands, and score it."""
    run = wanted(context, arguments.get("run"))
    if not run.drill:
        raise BadInput(f"{run.id} is no drill.", f"`playbook stop {run.id}` ends a playbook.")
    if not drills.end(context.runtime, run, context.invocation.person):
        return told_reply(f":information_source: {code(run.id)} is {run.state.value} already.")
    return report_reply((drills.result_of(context.runtime, wanted(context, run.id)),))


async def report(context: Context, arguments: Arguments) -> Reply:
    """How one drill went, or the newest ones."""
    if arguments.get("run"):
        run = wanted(context, arguments["run"])
        if not run.drill:
            raise BadInput(f"{run.id} is no drill.", "`/pitchey drill report` lists drills.")
        return report_reply((drills.result_of(context.runtime, run),))
    newest = visible(context, context.store.playbook_runs.newest(MOST, drill=True))
    return report_reply(tuple(drills.result_of(context.runtime, run) for run in newest))


_RUN = Argument("run", "which drill", example="RUN-7")
START = Command(
    "drill start",
    "Play a playbook through as a drill: nothing is run, and it is scored at the end.",
    begin,
    arguments=(
        Argument("playbook", "which playbook, by name", required=True, example="data-breach"),
        Argument("incident", "for a declared drill", flag=True, example="INC-12"),
        DISCOVERED,
    ),
    role=Role.RESPONDER,
    examples=("drill start data-breach",),
    details="Marked DRILL everywhere, kept out of statistics. Nobody is called by the ladder.",
    guide="Best Practices, Practice disaster recovery",
)
END = Command(
    "drill end",
    "End a drill where it stands, and score it.",
    end,
    arguments=(_RUN,),
    role=Role.RESPONDER,
    examples=("drill end RUN-7",),
)
REPORT = Command(
    "drill report",
    "How drills went: score, time per phase, steps missed and skipped.",
    report,
    arguments=(_RUN,),
    examples=("drill report", "drill report RUN-7"),
    guide="Best Practices, Practice disaster recovery",
)
COMMANDS = (START, END, REPORT)
