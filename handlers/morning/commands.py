"""`/pitchey morning`, and the job that runs it by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from bot.jobs import Job
from handlers.morning.operations import check_morning
from handlers.morning.views import headline, morning_message, morning_reply

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def morning(context: Context, arguments: Arguments) -> Reply:
    """The checklist now."""
    await context.progress.say("Going through the morning checklist…")
    found = await check_morning(context.runtime, context.invocation.person)
    return morning_reply(found, public=bool(arguments.get("public")))


async def tell_morning(runtime: Runtime, due: datetime) -> str:
    """The checklist at its time, into the channel: once for each time, however often it is run."""
    found = await check_morning(runtime, due=due)
    text, blocks = morning_message(found)
    channel = runtime.settings.morning.channel or runtime.settings.slack.ops_channel
    runtime.messages.post(channel, text, blocks, key=f"morning:{due:%Y-%m-%dT%H:%M}")
    return headline(found)


MORNING = Command(
    name="morning",
    summary="The morning checklist now: health, the night's metrics, errors, backups, space.",
    run=morning,
    arguments=(Argument("public", "show the answer to everybody in the channel", Kind.FLAG),),
    examples=("morning", "morning --public"),
    details=(
        "Health of every part, the night's metrics beside the night before, the last 20 errors "
        "grouped, the last five backups, disk and database size, certificates, open alerts, "
        "incidents, deployments and action items. What could not be checked is named with the "
        "reason and keeps nothing else back. `[morning]` says when it runs by itself."
    ),
    guide="Daily Operations, Morning Checklist (9 AM)",
    deadline=45.0,
)
CHECK = Job(
    name="morning-check",
    title="Morning check",
    when=lambda settings: settings.morning.crontab,
    run=tell_morning,
    deadline=60.0,
    catch_up=timedelta(hours=12),
)
