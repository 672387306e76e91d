"""`/pitchey playbook …`: list, show, lint, start, status, choose, switch, stop."""

from __future__ import annotations

import asyncio

from bot.blocks import code, escape, mention
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role
from bot.errors import BadInput, OpsError
from bot.playbooks.changes import Changes, changes
from bot.playbooks.deciding import SHORTEST_REASON
from bot.playbooks.records import RunRecord, RunState
from handlers.playbooks.acting import Begin, choose, start, stop, switch
from handlers.playbooks.list_views import START_FORM, lint_reply, list_reply, plan_reply
from handlers.playbooks.planning import lint, planned
from handlers.playbooks.result import Shelf, Status
from handlers.playbooks.shelf import frozen, library
from handlers.playbooks.standing import look_at, may_know, views, visible, wanted
from handlers.playbooks.status_views import runs_reply, status_reply, told_reply

GUIDE = "Security Operations, Incident Response; Emergency Procedures"


async def list_all(context: Context, _arguments: Arguments) -> Reply:
    """Every playbook, and those that run."""
    runtime = context.runtime
    found = await asyncio.to_thread(library, runtime)
    active = visible(context, context.store.playbook_runs.active())
    return list_reply(Shelf(found, views(runtime, active)))


async def show(context: Context, arguments: Arguments) -> Reply:
    """One playbook as it would run."""
    found = await asyncio.to_thread(library, context.runtime)
    source = found.find(arguments["name"])
    return plan_reply(planned(context.runtime, source.playbook), dry_run=False)


async def check(context: Context, arguments: Arguments) -> Reply:
    """What is wrong in the files."""
    at_terminal = context.invocation.at_terminal
    return lint_reply(
        await asyncio.to_thread(
            lint, context.runtime, arguments.get("file"), at_terminal=at_terminal
        )
    )


async def begin(context: Context, arguments: Arguments) -> Reply:
    """Start a playbook, for an incident or in this channel."""
    runtime = context.runtime
    found = await asyncio.to_thread(library, runtime)
    source = found.find(arguments["name"])
    if arguments.get("dry-run"):
        return plan_reply(planned(runtime, source.playbook), dry_run=True)
    how = begin_of(context, arguments)
    run, fresh = start(runtime, source, context.invocation.person, how)
    return _begun(run, fresh=fresh)


def begin_of(context: Context, arguments: Arguments, *, drill: bool = False) -> Begin:
    """Where the run belongs; raises BadInput for an incident that is not there."""
    asking, named = context.invocation, arguments.get("incident")
    incident = context.store.incidents.of_channel(asking.channel, asking.thread_ts)
    if named:
        incident = context.store.incidents.find(named)
        if incident is None or not may_know(context, incident):
            # A private one is not told from one that does not exist.
            raise BadInput(
                f"There is no incident {code(named[:20])}.", "`/pitchey incident list` shows all."
            )
    if incident is not None and incident.over and not named:
        incident = None
    discovered = arguments.get("discovered")
    return Begin(
        incident=incident.id if incident else "",
        channel=asking.channel,
        drill=drill or bool(incident and incident.drill),
        **({"discovered": discovered} if discovered else {}),
    )


def _begun(run: RunRecord, *, fresh: bool) -> Reply:
    title = f"{escape(run.title)} {code(run.id)}"
    if not fresh:
        who = mention(run.person_id, run.person_name)
        text = f":information_source: {title} runs already, started by {who}."
        return told_reply(text, "Nothing was started a second time.", run.id)
    where = "Its cards appear in the channel."
    if run.incident:
        where = f"Its cards appear in the channel of {code(run.incident)}."
    drill = "DRILL · " if run.drill else ""
    return told_reply(f":clipboard: {drill}{title} started.", where, run.id)


async def status(context: Context, arguments: Arguments) -> Reply:
    """One run in full, or the runs there are."""
    runs = context.store.playbook_runs
    if not arguments.get("run") and not arguments.get("all"):
        active = visible(context, runs.active())
        try:
            return _status(context, wanted(context, None))
        except BadInput:
            return runs_reply(views(context.runtime, active), active=True)
    if arguments.get("all"):
        newest = visible(context, runs.newest(20))
        return runs_reply(views(context.runtime, newest), active=False)
    return _status(context, wanted(context, arguments["run"]))


def _status(context: Context, run: RunRecord) -> Reply:
    runtime = context.runtime
    history = context.store.playbook_runs.history(run.id)
    return status_reply(Status(look_at(runtime, run), history, _changes(context, run)))


def _changes(context: Context, run: RunRecord) -> Changes | None:
    source = library(context.runtime).sources.get(run.playbook)
    if run.state is not RunState.ACTIVE or source is None or source.version == run.version:
        return None
    try:
        return changes(frozen(run), source.playbook)
    except OpsError:
        return None


async def decide(context: Context, arguments: Arguments) -> Reply:
    """Say what was found out, such as the cause."""
    run = wanted(context, arguments["run"])
    seen = look_at(context.runtime, run)
    name, value = arguments["choice"], arguments["value"]
    if not choose(context.runtime, seen, name, value, context.invocation.person):
        return told_reply(f":information_source: {escape(name)} was {escape(value)} already.")
    text = f":white_check_mark: {escape(run.title)}: {escape(name)} is {escape(value)} now."
    return told_reply(text, "The steps for it are on the card.", run.id)


async def change_version(context: Context, arguments: Arguments) -> Reply:
    """Go on with the present version of the playbook."""
    run = wanted(context, arguments.get("run"))
    what = switch(context.runtime, run, context.invocation.person)
    text = f":white_check_mark: {code(run.id)} goes on with the present version."
    return told_reply(text, f"{what}; what was done stays done.", run.id)


async def end(context: Context, arguments: Arguments) -> Reply:
    """End a run before its end."""
    run = wanted(context, arguments["run"])
    why = (arguments.get("why") or "").strip()
    if len(why) < SHORTEST_REASON:
        raise BadInput("Say why it is stopped.", f"`playbook stop {run.id} false alarm`")
    if not stop(context.runtime, run, context.invocation.person, why):
        return told_reply(f":information_source: {code(run.id)} is {run.state.value} already.")
    return told_reply(f":white_check_mark: {escape(run.title)} {code(run.id)} stopped.", why)


NAME = Argument("name", "which playbook, by name", required=True, example="data-breach")
RUN = Argument("run", "which run; the one of this channel without it", example="RUN-7")
INCIDENT = Argument("incident", "for which incident", flag=True, example="INC-12")
DISCOVERED = Argument(
    "discovered", "how long ago it was discovered", Kind.DURATION, flag=True, example="31h"
)

LIST = Command(
    "playbook list",
    "Every playbook, and those that run.",
    list_all,
    aliases=("playbooks", "playbook"),
    examples=("playbook list",),
    guide=GUIDE,
)
SHOW = Command(
    "playbook show",
    "One playbook as it would run: phases, windows, steps and who does them.",
    show,
    arguments=(NAME,),
    examples=("playbook show data-breach",),
    guide=GUIDE,
)
LINT = Command(
    "playbook lint",
    "Every mistake in the playbook files: file, line and remedy.",
    check,
    arguments=(
        Argument("file", "one file or playbook; all without it", example="data-breach.yml"),
    ),
    examples=("playbook lint", "playbook lint data-breach"),
    details="Exits with 1 where something is wrong, so that a build can refuse it.",
)
START = Command(
    "playbook start",
    "Start a playbook: its cards lead through it, step by step.",
    begin,
    arguments=(
        NAME,
        INCIDENT,
        DISCOVERED,
        Argument("dry-run", "show what would happen, and start nothing", Kind.FLAG),
    ),
    role=Role.RESPONDER,
    examples=("playbook start service-outage", "playbook start data-breach --discovered 31h"),
    details=(
        "In the channel of an incident it belongs to that incident. The run keeps the playbook as "
        "it is now: a later edit is offered, never forced. Starting it twice joins the run that "
        "goes on."
    ),
    guide=GUIDE,
    form=START_FORM,
)
STATUS = Command(
    "playbook status",
    "How a playbook stands: every step, who did what, what is next and what is late.",
    status,
    arguments=(RUN, Argument("all", "runs that have ended too", Kind.FLAG)),
    examples=("playbook status", "playbook status RUN-7"),
    guide=GUIDE,
)
CHOOSE = Command(
    "playbook choose",
    "Say what was found out, such as the cause: it decides which steps apply.",
    decide,
    arguments=(
        Argument("run", "which run", required=True, example="RUN-7"),
        Argument("choice", "what was found out", required=True, example="cause"),
        Argument("value", "what it is", required=True, example="database"),
    ),
    role=Role.RESPONDER,
    examples=("playbook choose RUN-7 cause database",),
)
SWITCH = Command(
    "playbook switch",
    "Go on with the present version of a playbook that was edited meanwhile.",
    change_version,
    arguments=(RUN,),
    role=Role.RESPONDER,
    examples=("playbook switch RUN-7",),
)
STOP = Command(
    "playbook stop",
    "End a run before its end, with the reason.",
    end,
    arguments=(
        Argument("run", "which run", required=True, example="RUN-7"),
        Argument("why", "the reason", rest=True, example="false alarm"),
    ),
    role=Role.RESPONDER,
    examples=("playbook stop RUN-7 false alarm",),
)
COMMANDS = (LIST, SHOW, LINT, START, STATUS, CHOOSE, SWITCH, STOP)
