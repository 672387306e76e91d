"""Commands that open, find and show incidents."""

from __future__ import annotations

import asyncio

from bot.blocks import command_button
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from bot.store.incidents_rows import SEVERITIES, RoomState
from handlers.incidents import telling
from handlers.incidents.arguments import INCIDENT, SEVERITY_WORDS
from handlers.incidents.card_views import card, first_line, plain_message
from handlers.incidents.catchup_views import catchup_reply
from handlers.incidents.declaring import Asked, declare
from handlers.incidents.finding import actor, visible, wanted
from handlers.incidents.keeping import add_message
from handlers.incidents.list_views import list_reply, show_reply
from handlers.incidents.recording import entry
from handlers.incidents.summary import detail_of, summary_of
from handlers.incidents.words import KIND_CHOICES, kind_of

GUIDE = "Emergency Procedures"


async def incident(context: Context, _arguments: Arguments) -> Reply:
    """The incident of this channel, or the list."""
    asking = context.invocation
    here = context.store.incidents.of_channel(asking.channel, asking.thread_ts)
    if here is not None and visible(context, (here,)):
        return show_reply(detail_of(context.runtime, here))
    return await list_all(context, {"all": False})


async def declare_incident(context: Context, arguments: Arguments) -> Reply:
    """Store it, then everything else."""
    message = _message(arguments.get("message"))
    asked = Asked(
        arguments.get("title") or "",
        arguments["severity"],
        kind_of(arguments["kind"]),
        arguments.get("affected") or "",
        arguments["private"],
        arguments.get("alert") or "",
        message,
        arguments.get("began") or "",
    )
    record, new = declare(context, asked)
    if message and context.runtime.rooms is not None:
        await add_message(context, record, *message)
    if not new and not visible(context, (record,)):
        # It is private: neither its title nor its place may be told here.
        raise BadInput("An incident is open for this already, and it is private.", "Ask an admin.")
    told = ":information_source: Joined, not doubled. " if not new else ""
    text = f"{told}{first_line(record)}"
    where = _where(context, record.room, record.channel, record.private)
    said, blocks = plain_message(
        f"*{text}*\n{where}",
        command_button("Take commander", f"incident take commander {record.id}", style="primary"),
        command_button("Show", f"incident show {record.id}"),
    )
    data = {"incident": record.id, "new": new, "severity": record.severity}
    return Reply(said.splitlines()[0].strip("*"), blocks, data=data, private=record.private)


def _where(context: Context, room: RoomState, channel: str, private: bool) -> str:
    if room is RoomState.MADE:
        return f"It is worked on in <#{channel}>."
    if context.runtime.rooms is None:
        return (
            "It is stored. The running bot makes its channel and tells Slack as soon as it can; "
            "work on it here meanwhile."
        )
    kind = "private channel" if private else "channel"
    return f"It is stored. Its {kind} is being made; you are asked in."


def _message(text: str | None) -> tuple[str, str] | None:
    if not text:
        return None
    channel, _, ts = text.partition(":")
    if not channel or not ts:
        raise BadInput("That is no message.", "Use the shortcut on the message.")
    return channel, ts


async def list_all(context: Context, arguments: Arguments) -> Reply:
    """Open ones; with `--all` the newest besides."""
    store = context.store.incidents
    found = store.newest(50) if arguments.get("all") else store.open()
    shown = visible(context, found)
    return list_reply(shown, context.runtime.now())


async def show(context: Context, arguments: Arguments) -> Reply:
    return show_reply(detail_of(context.runtime, wanted(context, arguments.get("incident"))))


async def search(context: Context, arguments: Arguments) -> Reply:
    text = str(arguments["text"])
    found = await asyncio.to_thread(context.store.incidents.search, text)
    shown = visible(context, found)
    return list_reply(shown, context.runtime.now(), searched=text)


async def catchup(context: Context, arguments: Arguments) -> Reply:
    return catchup_reply(detail_of(context.runtime, wanted(context, arguments.get("incident"))))


async def archive(context: Context, arguments: Arguments) -> Reply:
    """The channel of a closed incident is put away; its record stays."""
    record, runtime = wanted(context, arguments.get("incident")), context.runtime
    if not record.over:
        raise BadInput(f"{record.id} is {record.status}.", "Resolve and close it first.")
    if record.room is not RoomState.MADE or runtime.rooms is None:
        raise BadInput(f"{record.id} has no channel of its own to archive.", "Nothing to do.")
    made = entry(context, "room", f"Channel #{record.channel_name} was archived")
    runtime.store.incidents.change(
        record.id, {"room": RoomState.ARCHIVED, "card": ""}, actor(context), made, runtime.now()
    )
    await runtime.rooms.archive(record.channel)
    text = f":file_cabinet: The channel of {record.id} is archived. Its record stays."
    return Reply(text, private=True)


async def card_again(context: Context, arguments: Arguments) -> Reply:
    """The card, where the reader is."""
    record = wanted(context, arguments.get("incident"))
    text, blocks = card(summary_of(context.runtime, record))
    telling.show(context.runtime, record)
    return Reply(text, blocks, private=record.private)


_SEVERITY = Argument(
    "severity",
    "how grave",
    Kind.CHOICE,
    SEVERITIES,
    default="SEV3",
    flag=True,
    example="SEV2",
    synonyms=SEVERITY_WORDS,
)
COMMANDS = (
    Command(
        name="incident",
        summary="The incident of this channel, or the open ones.",
        run=incident,
        examples=("incident",),
        guide=GUIDE,
    ),
    Command(
        name="incident declare",
        aliases=(
            "incident new",
            "incident create",
            "incident open",
            "declare",
        ),
        summary="Open an incident: channel, clocks, timeline, on-call people.",
        run=declare_incident,
        role=Role.RESPONDER,
        form="declare_incident",
        arguments=(
            Argument("title", "what is wrong, in a few words", rest=True, example="Checkout fails"),
            _SEVERITY,
            Argument(
                "kind",
                "what it is",
                Kind.CHOICE,
                KIND_CHOICES,
                default="outage",
                flag=True,
                example="security",
            ),
            Argument("affected", "which parts", flag=True, example="checkout"),
            Argument("began", "when it began, if not now", flag=True, example="02:14"),
            Argument("private", "only people who are asked in know of it", Kind.FLAG),
            Argument("alert", "the alert it is about", flag=True, example="AL-7"),
            Argument("message", "the message it began with, CHANNEL:TS", flag=True),
        ),
        examples=(
            "incident declare Checkout fails --severity SEV2",
            'incident declare "Tokens on GitHub" --severity SEV1 --kind security',
            "incident declare Monthly practice --kind drill",
        ),
        details=(
            "It is stored first; the channel, the invitations and the announcement follow even "
            "over a restart. Security incidents and data breaches get a private channel with a "
            "harmless name and are announced nowhere. An alert or message that has an open "
            "incident joins it. Drills are marked everywhere and left out of the statistics."
        ),
        guide=GUIDE,
    ),
    Command(
        name="incident list",
        aliases=("incidents",),
        summary="Open incidents, the worst first; with --all the newest of all.",
        run=list_all,
        arguments=(Argument("all", "those that are over as well", Kind.FLAG),),
        examples=("incident list", "incident list --all"),
    ),
    Command(
        name="incident show",
        summary="One incident: its card, how long things took, the newest entries.",
        run=show,
        arguments=(INCIDENT,),
        examples=("incident show INC-12",),
    ),
    Command(
        name="incident search",
        summary="Incidents whose title, affected parts or timeline hold these words.",
        run=search,
        arguments=(
            Argument("text", "what to look for", required=True, rest=True, example="pool full"),
        ),
        examples=("incident search pool full",),
    ),
    Command(
        name="incident catchup",
        summary="What you need to know when you come late, from the record.",
        run=catchup,
        arguments=(INCIDENT,),
        examples=("incident catchup", "incident catchup INC-12"),
    ),
    Command(
        name="incident card",
        summary="The incident's card here, with its buttons.",
        run=card_again,
        arguments=(INCIDENT,),
        examples=("incident card",),
    ),
    Command(
        name="incident archive",
        summary="Archive the channel of an incident that is over.",
        run=archive,
        role=Role.RESPONDER,
        arguments=(INCIDENT,),
        examples=("incident archive INC-12",),
    ),
)
