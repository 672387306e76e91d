"""`/pitchey incident report`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from bot.saving import saved
from handlers.lessons.finding import actor, over, wanted
from handlers.lessons.report import sharing
from handlers.lessons.report.gathering import make
from handlers.lessons.report.views import report_reply

INCIDENT = Argument("incident", "which incident; otherwise that of this channel", example="INC-12")


async def report(context: Context, arguments: Arguments) -> Reply:
    """Made from the record; in Slack its message and files go where the incident lives."""
    record = over(wanted(context, arguments.get("incident"), "incident report"))
    runtime, out = context.runtime, arguments.get("out") or ""
    terminal = context.invocation.at_terminal
    if out and not terminal:
        raise BadInput("`--out` names a folder for a terminal.", "Leave it out in Slack.")
    made = await asyncio.to_thread(make, runtime, record, actor(context))
    if out:
        uploads = await asyncio.to_thread(sharing.files, runtime, made)
        return report_reply(made, told=await asyncio.to_thread(saved, Path(out), uploads))
    if (terminal and not arguments["post"]) or context.role < Role.RESPONDER:
        return report_reply(made)
    channel = sharing.post(runtime, made)
    if not channel:
        return report_reply(made, posted="It has no channel, so it is shown to you alone.")
    shown = f"<#{channel}>" if channel.startswith(("C", "G")) else channel
    return report_reply(
        made, posted=f"Posted in {shown}, with its files (Markdown, and HTML to print) below it."
    )


REPORT = Command(
    name="incident report",
    summary="Lessons learned: what an incident cost, how long it took, what has to change.",
    run=report,
    arguments=(
        INCIDENT,
        Argument("out", "write the files to this folder (terminal only)", flag=True, example="."),
        Argument("post", "from a terminal: post it in Slack as well", Kind.FLAG),
    ),
    examples=("incident report INC-12", "incident report INC-12 --out ."),
    details=(
        "From the record alone: impact (minutes of the objective, error budget, affected "
        "requests; what was not measured is told as no data), times from status events, timeline "
        "with charts, what people said, action items, and playbook steps that were skipped, late "
        "or not done, each proposed as an edit of its playbook. Made again, it has the same "
        "figures; a new revision says what changed. Responders post it where the incident lives, "
        "with Markdown and HTML files below it; others see it for themselves."
    ),
    guide="Security Incident Playbook, Lessons Learned",
    deadline=60.0,
)
