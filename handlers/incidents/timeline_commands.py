"""Commands of the timeline: notes, messages, pages, exports, proof."""

from __future__ import annotations

import asyncio
import math

from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput
from bot.store.incidents_rows import IncidentRecord
from handlers.incidents import export, keeping
from handlers.incidents.arguments import INCIDENT, NAMED
from handlers.incidents.finding import wanted
from handlers.incidents.following import follow
from handlers.incidents.recording import KIND_CHOICES
from handlers.incidents.result import TimelinePage
from handlers.incidents.timeline_views import export_reply, page_reply, verified_reply

PAGE = 15
VERIFY = "verify"


async def note(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return keeping.note(context, record, arguments["text"], arguments.get("at") or "")


async def add(context: Context, arguments: Arguments) -> Reply:
    record = wanted(context, arguments.get("incident"))
    return await keeping.add_message(context, record, arguments["channel"], arguments["ts"])


async def timeline(context: Context, arguments: Arguments) -> Reply:
    """A page of it, all of it as a file, or proof that it is as it was written."""
    incident, act = arguments.get("incident"), arguments.get("act")
    if incident == VERIFY:
        incident, act = None, VERIFY
    record = wanted(context, incident)
    follow(context.runtime)
    if act == VERIFY:
        noted = arguments.get("head") or ""
        found = await asyncio.to_thread(context.store.timeline.verify, record.id, noted)
        return verified_reply(record, found)
    if arguments.get("export"):
        return await _export(context, record, arguments)
    return _page(context, record, arguments)


def _page(context: Context, record: IncidentRecord, arguments: Arguments) -> Reply:
    kind = (arguments.get("kind") or "").replace("-", " ")
    by, store = arguments.get("by") or "", context.store.timeline
    kinds = (kind,) if kind else ()
    total = store.count(record.id, kinds=kinds, actor=by)
    pages = max(1, math.ceil(total / PAGE))
    number = arguments.get("page") or pages
    if not 1 <= number <= pages:
        raise BadInput(f"There is no page {number}.", f"There are {pages}; the last is the newest.")
    entries = store.page(record.id, limit=PAGE, offset=(number - 1) * PAGE, kinds=kinds, actor=by)
    zone = context.settings.team.timezone
    return page_reply(TimelinePage(record, entries, total, number, pages, kind, by, zone))


async def _export(context: Context, record: IncidentRecord, arguments: Arguments) -> Reply:
    path = arguments.get("file") or ""
    if path and not context.invocation.at_terminal:
        raise BadInput("`--file` names where a terminal writes it.", "Leave it out in Slack.")

    def made() -> tuple[str, bytes, int]:
        entries = sorted(
            context.store.timeline.each(record.id),
            key=lambda each: (each.happened_at, each.sequence),
        )
        _, head = context.store.timeline.head(record.id)
        return (*export.exported(record, entries, arguments["export"], head), len(entries))

    name, content, count = await asyncio.to_thread(made)
    written = await asyncio.to_thread(export.written, path, content) if path else ""
    return export_reply(record, name, content, count, written)


COMMANDS = (
    Command(
        name="incident note",
        summary="Put something on the timeline, at the time it happened.",
        run=note,
        role=Role.RESPONDER,
        form="incident_note",
        arguments=(
            Argument("text", "what happened", required=True, rest=True, example="pool was full"),
            Argument("at", "when it happened, if not now", flag=True, example="02:14"),
            NAMED,
        ),
        examples=("incident note The pool was full", 'incident note "Errors began" --at 02:14'),
        details="Both times are kept: when it happened and when it was written down.",
        guide="Emergency Procedures",
    ),
    Command(
        name="incident add",
        summary="Put a message on the timeline; a pushpin on it does the same.",
        run=add,
        role=Role.RESPONDER,
        arguments=(
            Argument("channel", "its channel", Kind.CHANNEL, required=True, example="C0123ABCD"),
            Argument("ts", "its ts", required=True, example="1763863200.000100"),
            NAMED,
        ),
        examples=("incident add C0123ABCD 1763863200.000100",),
        details="Its text, author, link and the names of its files are kept; edits follow.",
    ),
    Command(
        name="incident timeline",
        summary="What happened, in order; as a file too, and with proof that nothing was changed.",
        run=timeline,
        arguments=(
            INCIDENT,
            Argument("act", "`verify` proves it", Kind.CHOICE, ("show", VERIFY), default="show"),
            Argument("page", "which page; the last, newest one unless given", Kind.INTEGER,
                     flag=True, example="1"),
            Argument("kind", "only entries of this kind", Kind.CHOICE, KIND_CHOICES, flag=True,
                     example="status"),
            Argument("by", "only what this person did", Kind.PERSON, flag=True, example="@ana"),
            Argument("export", "all of it as a file", Kind.CHOICE, export.FORMS, flag=True,
                     example="md"),
            Argument("file", "where a terminal writes the export", flag=True, example="inc.md"),
            Argument("head", "a head noted earlier, which must still be in it", flag=True,
                     example="3fa2b1c09d4e"),
        ),
        examples=(
            "incident timeline",
            "incident timeline INC-12 --page 1",
            "incident timeline INC-12 --export csv",
            "incident timeline verify",
        ),
        details=(
            "Entries can be added only. Each carries a hash of itself and of the one before, so "
            "a changed, removed or inserted one shows; `verify` recomputes them all."
        ),
        deadline=120.0,
    ),
)  # fmt: skip
