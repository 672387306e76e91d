"""`/pitchey logs` and `/pitchey logs stop`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.arguments import known_environment
from bot.blocks import date
from bot.command import Argument, Arguments, Command, Context, Kind, Reply
from bot.errors import BadInput
from bot.frozen import command_line
from handlers.logs import live
from handlers.logs.leftovers import clear
from handlers.logs.operations import check, read_past, script_of
from handlers.logs.result import Watch
from handlers.logs.stream import stream
from handlers.logs.views import past_reply, samples_reply
from handlers.logs.views_live import busy_reply, ended_reply, started_reply, stopped_reply

ERRORS, ALL = "errors", "all"
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=15)
_LIVE = timedelta(seconds=60)
_CHANNELS = ("C", "G")  # ids of channels begin so; those of direct messages do not


async def logs(context: Context, arguments: Arguments) -> Reply:
    """Kept logs, or live ones where a time to watch is given."""
    known_environment(context.settings, arguments.get("environment"), "logs")
    lasts: timedelta | None = arguments.get("for")
    if lasts is not None:
        return await _live(context, arguments, lasts)
    check(arguments["last"], arguments["since"])
    found = await read_past(
        context.clients,
        context.settings.environment(arguments.get("environment")),
        context.runtime.now(),
        errors_only=arguments["kind"] == ERRORS,
        last=arguments["last"],
        match=(arguments.get("match") or "").strip(),
        since=arguments["since"],
    )
    public = bool(arguments.get("public"))
    if arguments.get("samples"):
        return samples_reply(found, public=public)
    again = _line(arguments, samples=False, public=False)
    watching = _line(arguments, samples=False, public=False, **{"for": _LIVE})
    return past_reply(found, again, watching, public=public)


async def stop(context: Context, arguments: Arguments) -> Reply:
    """End a live log before its time."""
    live_logs, number = context.store.live_logs, arguments.get("number")
    if number is None:
        running = live_logs.running(_place(context)[0]) or live_logs.running()
        if not running:
            raise BadInput("No live log runs.", "Start one: `/pitchey logs --for 60s`.")
        number = running[0].number
    found = live_logs.find(number)
    if found is None:
        raise BadInput(f"There is no live log {number}.", "Its message has a Stop button.")
    return stopped_reply(number, running=live_logs.stop(number, context.invocation.person.name))


async def _live(context: Context, arguments: Arguments, lasts: timedelta) -> Reply:
    if not SHORTEST <= lasts <= LONGEST:
        raise BadInput("`--for` is from 5s to 15m.", "For example `/pitchey logs --for 60s`.")
    runtime, invocation = context.runtime, context.invocation
    environment = context.settings.environment(arguments.get("environment"))
    now = runtime.now()
    found = Watch(
        environment=environment.name,
        script=script_of(environment, context.clients.cloudflare),
        errors_only=arguments["kind"] == ERRORS,
        match=(arguments.get("match") or "").strip(),
        started=now,
        ends=now + lasts,
        person=invocation.person.name,
    )
    again = _line(arguments, samples=False, public=False)
    if invocation.at_terminal:
        await clear(runtime)
        await stream(runtime, found, lasts.total_seconds(), context.line)
        return ended_reply(found, again)
    channel, thread_ts = _place(context)
    owner = runtime.store.presence.sign_in("bot")
    record = runtime.store.live_logs.begin(
        owner, found.script, channel, invocation.person, now, found.ends
    )
    if record is None:
        other = runtime.store.live_logs.running(channel)[0]
        return busy_reply(other.number, other.person.name, date(other.ends_at, "{time_secs}"))
    message = live.LiveMessage(runtime, record, found, again, thread_ts)
    message.post()
    runtime.background(
        live.run(runtime, record, found, message, lasts.total_seconds()),
        f"live log {record.number}",
    )
    return started_reply(found, record.number)


def _place(context: Context) -> tuple[str, str]:
    """Channel and thread of the live message: where it was asked for; privately in a DM."""
    invocation = context.invocation
    if invocation.channel.startswith(_CHANNELS):
        return invocation.channel, invocation.thread_ts
    if invocation.channel:
        return invocation.person.id, ""
    return context.settings.slack.ops_channel, ""


def _line(arguments: Arguments, **changed: Any) -> str:
    return command_line(LOGS, {**arguments, **changed})


LOGS = Command(
    name="logs",
    aliases=(
        "log",
        "errors",
    ),
    summary="The Worker's errors, grouped; live with --for.",
    run=logs,
    arguments=(
        Argument("kind", "errors only, or everything", Kind.CHOICE, (ERRORS, ALL), default=ERRORS),
        Argument("last", "how many entries, at most 200", Kind.INTEGER, default=20, flag=True),
        Argument("for", "watch live, from 5s to 15m", Kind.DURATION, flag=True, example="60s"),
        Argument("match", "only what holds this text", flag=True, example="timeout"),
        Argument(
            "since",
            "how far back, at most 7d",
            Kind.DURATION,
            default=timedelta(hours=24),
            flag=True,
            example="2h",
        ),
        Argument("environment", "which deployment, as named in pitchey.toml", flag=True),
        Argument("samples", "the newest entry of each group, whole", Kind.FLAG),
        Argument("public", "show the answer to everybody in the channel", Kind.FLAG),
    ),
    examples=("logs", "logs all --last 50", "logs --for 60s", "logs --match timeout --since 2h"),
    details=(
        "Errors are exceptions, exceeded limits, error lines and answers of HTTP 5xx, together "
        "where message and route are the same. Past ones come from Workers Observability, live "
        "ones from Cloudflare's tail into one message that is brought up to date and ends by "
        "itself. In a terminal, live ones are written line by line; Ctrl-C ends them. Secrets "
        "are hidden."
    ),
    guide="Monitoring & Alerts; Common Issues & Solutions",
    deadline=LONGEST.total_seconds() + 60,
)

STOP = Command(
    name="logs stop",
    summary="End a live log before its time.",
    run=stop,
    arguments=(Argument("number", "which one; the newest without it", Kind.INTEGER, example="3"),),
    examples=("logs stop", "logs stop 3"),
)
