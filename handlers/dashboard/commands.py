"""`/pitchey dashboard`, `dashboard pin` and `dashboard stop`."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta

from bot import terminal
from bot.arguments import known_environment, typed
from bot.blocks import date
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Surface
from bot.errors import BadInput, OpsError
from bot.store.dashboards import Dashboard
from bot.terminal.output import Output
from handlers.dashboard import living
from handlers.dashboard.views import dashboard_reply, said_reply, started_reply

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
_CHANNELS = ("C", "G")  # ids of channels begin so; those of direct messages do not
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"


async def dashboard(context: Context, arguments: Arguments) -> Reply:
    """A living message in a channel; in a terminal the same once, or again and again."""
    environment = _environment(context, arguments)
    lasts = _length(arguments.get("how") or "")
    if context.invocation.at_terminal:
        return await _drawn(context, environment, lasts, watch=bool(arguments.get("watch")))
    if arguments.get("watch"):
        raise BadInput(
            "`--watch` is for a terminal.", "Here a dashboard is kept current by itself."
        )
    lasts = lasts or timedelta(hours=context.settings.dashboard.hours)
    return await _begun(context, environment, context.runtime.now() + lasts)


async def pin(context: Context, arguments: Arguments) -> Reply:
    """Keep the one that is here for good, or start one that stays."""
    channel = _place(context)
    running = context.store.dashboards.running(channel)
    if running and context.store.dashboards.keep(running[0].number):
        text = f":pushpin: Dashboard {running[0].number} stays until somebody stops it."
        return said_reply(text)
    return await _begun(context, _environment(context, arguments), None)


async def stop(context: Context, arguments: Arguments) -> Reply:
    """End one before its time."""
    found = _wanted(context, arguments.get("number"))
    stopped = found.ended_at is None and await living.stop(
        context.runtime, found, context.invocation.person
    )
    if stopped:
        return said_reply(f":black_square_for_stop: Dashboard {found.number} has stopped.")
    ended = context.store.dashboards.find(found.number) or found
    when = f" {date(ended.ended_at)}" if ended.ended_at else ""
    why = living.ending_words(ended)
    return said_reply(f":information_source: Dashboard {found.number} ended{when}: {why}")


async def _begun(context: Context, environment: str, ends_at: datetime | None) -> Reply:
    channel = _place(context)
    person = context.invocation.person
    began = await living.begin(context.runtime, channel, environment, person, ends_at)
    replaced = living.replaced_words(began.replaced) if began.replaced else ""
    where = "your direct messages" if channel == person.id else _shown(channel)
    return started_reply(began.dashboard.number, ends_at, replaced, where)


async def _drawn(
    context: Context, environment: str, lasts: timedelta | None, *, watch: bool
) -> Reply:
    if not watch:
        return dashboard_reply(await living.look(context.runtime, environment))
    output = Output()
    if context.line is None or not sys.stdout.isatty():
        raise BadInput(
            "`--watch` needs a terminal to draw on.", "Without it the dashboard is drawn once."
        )
    ends = None if lasts is None else context.runtime.now() + lasts
    await context.progress.say(
        f"Drawn again every {context.settings.dashboard.refresh_seconds:g} s."
    )
    while True:
        reply = dashboard_reply(await living.look(context.runtime, environment))
        if ends is not None and context.runtime.now() >= ends:
            return reply
        page = output.page()
        shown = [block for block in reply.blocks if block["type"] != "actions"]
        redacted = context.runtime.redactor.json(shown)
        terminal.draw(reply.text, redacted, page.console())
        output.write_text(f"{_CLEAR}{page.getvalue()}Ctrl-C ends it.\n")
        if output.problem:
            raise OpsError(f"The dashboard could not be drawn: {output.problem}.")
        await asyncio.sleep(context.settings.dashboard.refresh_seconds)


def _environment(context: Context, arguments: Arguments) -> str:
    named = arguments.get("environment")
    known_environment(context.settings, named, "dashboard")
    return named or context.settings.default_environment


def _length(how: str) -> timedelta | None:
    """4h out of "for 4h" or "4h"; None where no time is named. Raises BadInput."""
    words = how.split()
    if words[:1] == ["for"]:
        words = words[1:]
    if not words and not how:
        return None
    if len(words) != 1:
        raise BadInput(
            "How long should the dashboard live?", "For example `/pitchey dashboard for 4h`."
        )
    lasts = typed(DASHBOARD, _HOW_LONG, words[0])
    assert isinstance(lasts, timedelta)  # noqa: S101 it is what that kind gives
    if not SHORTEST <= lasts <= LONGEST:
        raise BadInput(
            "A dashboard lives from 1m to 30d.", "`/pitchey dashboard pin` keeps one for good."
        )
    return lasts


def _wanted(context: Context, number: int | None) -> Dashboard:
    boards = context.store.dashboards
    if number is not None:
        found = boards.find(number)
        if found is None:
            raise BadInput(f"There is no dashboard {number}.", "Its message has a Stop button.")
        return found
    here = boards.last(_place(context)) or next(iter(boards.running()), None)
    if here is None:
        raise BadInput("No dashboard was started here.", "Start one: `/pitchey dashboard`.")
    return here


def _place(context: Context) -> str:
    """Where a dashboard is asked for: the channel; privately in a DM; else the ops channel."""
    invocation = context.invocation
    if invocation.channel.startswith(_CHANNELS):
        return invocation.channel
    if invocation.channel or invocation.surface is Surface.HOME:
        return invocation.person.id
    return context.settings.slack.ops_channel


def _shown(channel: str) -> str:
    return f"<#{channel}>" if channel.startswith(_CHANNELS) else channel


_HOW_LONG = Argument("for", "how long it is kept current", Kind.DURATION, example="4h")
_ENVIRONMENT = Argument("environment", "which deployment, as named in pitchey.toml", flag=True)
DASHBOARD = Command(
    name="dashboard",
    summary="A message that stays current: health, metrics, alerts, incidents, deployment.",
    run=dashboard,
    arguments=(
        Argument("how", "how long it lives, such as `for 4h`", rest=True, example="for 4h"),
        _ENVIRONMENT,
        Argument("watch", "in a terminal: draw it again and again until Ctrl-C", Kind.FLAG),
    ),
    examples=("dashboard", "dashboard for 4h"),
    details=(
        "Everything comes from the newest readings, each with its age, so the platform is asked "
        "nothing more than it is anyhow. One dashboard lives in a channel: a second one takes the "
        "place of the first, which says so. It goes on after a restart of the bot and ends by "
        "itself; one whose message or channel is gone ends too. In a terminal it is drawn once."
    ),
    guide="Daily Operations, Monitoring Dashboard",
    deadline=LONGEST.total_seconds(),
)
PIN = Command(
    name="dashboard pin",
    summary="Keep the dashboard of this channel for good, pinned.",
    run=pin,
    arguments=(_ENVIRONMENT,),
    examples=("dashboard pin",),
)
STOP = Command(
    name="dashboard stop",
    summary="End a dashboard: the one of this channel, or the one of that number.",
    run=stop,
    arguments=(Argument("number", "which one", Kind.INTEGER, example="3"),),
    examples=("dashboard stop", "dashboard stop 3"),
)
