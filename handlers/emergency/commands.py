"""`/pitchey emergency [database|cache|worker]`, `emergency watch` and `emergency stop`."""

from __future__ import annotations

from bot.blocks import escape, mention
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from handlers.emergency import watching
from handlers.emergency.operations import situation
from handlers.emergency.result import CAUSES
from handlers.emergency.views import begun_reply, card_reply

GUIDE = "Emergency Procedures, Service Outage"


async def show(context: Context, arguments: Arguments) -> Reply:
    """The card; it changes nothing."""
    found = await situation(
        context, arguments.get("environment") or "", arguments.get("cause") or ""
    )
    return card_reply(found)


async def watch(context: Context, arguments: Arguments) -> Reply:
    """Look until it is well; a message in the channel shows it."""
    runtime, asked = context.runtime, context.invocation
    where = runtime.settings.environment(arguments.get("environment"))
    before = runtime.store.recovery_watches.current(where.name)
    here = runtime.store.incidents.of_channel(asked.channel, asked.thread_ts)
    running = [each for each in runtime.store.incidents.open() if not each.drill and not each.over]
    if here is None or here.over:
        here = next((each for each in reversed(running) if not each.private), None)
    now = runtime.now()
    begun = runtime.store.recovery_watches.begin(
        where.name,
        cause=arguments.get("cause") or "",
        incident=here.id if here else "",
        channel=asked.channel,
        thread_ts=asked.thread_ts,
        person=asked.person,
        began_at=now,
        until=now + watching.LONGEST,
    )
    if before is None:
        watching.show(runtime, begun)
        watching.record_on(runtime, begun, f"Recovery of {where.name} is watched")
    return begun_reply(begun, fresh=before is None)


async def stop(context: Context, arguments: Arguments) -> Reply:
    """Somebody knows better."""
    runtime = context.runtime
    where = runtime.settings.environment(arguments.get("environment"))
    running = runtime.store.recovery_watches.current(where.name)
    if running is None:
        raise BadInput(f"{where.name} is not watched.", "`/pitchey emergency watch` begins.")
    runtime.store.recovery_watches.end(running.id, "stopped", runtime.now())
    who = mention(context.invocation.person.id, context.invocation.person.name)
    text = f":black_square_for_stop: {escape(where.name)} is not watched any more, by {who}"
    return Reply(text, data=running, in_channel=True)


CAUSE = Argument(
    "cause", "which part fails, where you know it", Kind.CHOICE, CAUSES, example="database"
)
ENVIRONMENT = Argument(
    "environment", "which deployment of the platform", flag=True, example="production"
)
EMERGENCY = Command(
    name="emergency",
    aliases=("outage",),
    summary="The outage script as one card: incident, maintenance mode, diagnosis, fix, recovery.",
    run=show,
    arguments=(CAUSE, ENVIRONMENT),
    role=Role.RESPONDER,
    examples=("emergency", "emergency database"),
    details=(
        "It changes nothing by itself: each step is a button, confirmed or approved as always, and "
        "on the timeline of the open incident. The commander of a SEV1 may act without a second "
        "person. The same as a checklist with owners and times: `playbook start service-outage`."
    ),
    guide=GUIDE,
    deadline=60.0,
)
WATCH = Command(
    name="emergency watch",
    summary="Watch the platform recover: three good checks in a row end it, and are told.",
    run=watch,
    arguments=(CAUSE, ENVIRONMENT),
    role=Role.RESPONDER,
    examples=("emergency watch", "emergency watch database"),
    details=(
        "Every half minute, for two hours at most; it goes on after a restart of the bot. Behind "
        "maintenance mode the version that comes back is tested by Cloudflare's override header."
    ),
    guide=GUIDE,
)
STOP = Command(
    name="emergency stop",
    summary="Stop watching the platform recover.",
    run=stop,
    arguments=(ENVIRONMENT,),
    role=Role.RESPONDER,
    examples=("emergency stop",),
    guide=GUIDE,
)
