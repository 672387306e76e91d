"""`/pitchey report weekly`, `monthly`, `preview` and `explain`."""

from __future__ import annotations

import asyncio
import difflib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.arguments import UnknownWord
from bot.blocks import code
from bot.command import Argument, Arguments, Command, Context, Kind, Reply, Role, Upload
from bot.errors import BadInput
from bot.incident_access import actor, in_slack
from bot.saving import saved
from handlers.reports.charts import draw
from handlers.reports.drafts import channel_of, drafted, prepare, send
from handlers.reports.gathering import gather
from handlers.reports.periods import MONTHLY, WEEKLY, Period, wanted
from handlers.reports.posting import files, want
from handlers.reports.result import Facts, Made
from handlers.reports.views_draft import preview_reply, sent_reply
from handlers.reports.views_explain import all_explained, explained

if TYPE_CHECKING:
    from bot.runtime import Runtime

ALL = "all"
_TO = Argument("to", "which channel; otherwise that of `[reports]`", Kind.CHANNEL, flag=True,
               example="#leadership")  # fmt: skip
_PREPARED_BY = Argument("prepared-by", "whose report it is", Kind.PERSON, flag=True, example="@ana")
_OUT = Argument("out", "write the files to this folder (terminal only)", flag=True, example=".")


def period_of(context: Context, kind: str, text: str | None) -> Period:
    runtime = context.runtime
    return wanted(kind, text or "", runtime.now(), runtime.settings.team.timezone)


def kind_in(text: str) -> str:
    """`2026-11` is a month; everything else is read as a week."""
    return MONTHLY if text and "W" not in text.upper() and text.count("-") == 1 else WEEKLY


async def weekly(context: Context, arguments: Arguments) -> Reply:
    return await _report(context, arguments, WEEKLY, arguments.get("week"))


async def monthly(context: Context, arguments: Arguments) -> Reply:
    return await _report(context, arguments, MONTHLY, arguments.get("month"))


async def _report(context: Context, arguments: Arguments, kind: str, text: str | None) -> Reply:
    """Shown to the person alone first; `--to`, which the button below carries, sends it."""
    runtime, period = context.runtime, period_of(context, kind, text)
    terminal = context.invocation.at_terminal
    out, to = arguments.get("out") or "", arguments.get("to")
    if out and not terminal:
        raise BadInput("`--out` names a folder for a terminal.", "Leave it out in Slack.")
    if arguments.get("prepared-by"):
        await prepare(runtime, period, arguments["prepared-by"])
    if out:
        return await _written(context, period, Path(out))
    if not to or context.role < Role.RESPONDER:
        made = await asyncio.to_thread(drafted, runtime, period)
        if context.role < Role.RESPONDER:
            told = f"Shown to you alone: sending it takes the role {Role.RESPONDER.word}."
            return preview_reply(made, told)
        told = "Shown to you alone, and sent nowhere yet: `--to #channel` sends it."
        return preview_reply(made, told, sends_to=channel_of(runtime))
    channel = await _channel(runtime, to)
    await context.progress.say("Gathering the figures …")
    made, fresh = await asyncio.to_thread(send, runtime, period, channel, "", actor(context))
    want(runtime, made, channel, "")
    return sent_reply(made, channel, fresh=fresh)


async def _channel(runtime: Runtime, to: str) -> str:
    """The usual one as the settings write it, however it was named: nothing is sent there twice."""
    usual = channel_of(runtime)
    if not to.startswith(("C", "G")):
        return to if to.startswith("#") else f"#{to}"
    if runtime.directory is not None and usual.startswith("#"):
        place = await runtime.directory.channels.place(to)
        return usual if f"#{place.name}" == usual else to
    return to


async def _written(context: Context, period: Period, folder: Path) -> Reply:
    made = await asyncio.to_thread(drafted, context.runtime, period)
    await context.progress.say("Drawing the plots …")
    uploads = await asyncio.to_thread(_files, context, made)
    told = await asyncio.to_thread(saved, folder, uploads)
    return preview_reply(made, told)


def _files(context: Context, made: Made) -> tuple[Upload, ...]:
    return files(made, draw(context.runtime, made.facts))


async def preview(context: Context, arguments: Arguments) -> Reply:
    """As it would be sent now, to the person alone; nothing is kept or sent."""
    runtime, kind, text = context.runtime, arguments["kind"], arguments.get("period")
    if kind not in (WEEKLY, MONTHLY):
        kind, text = kind_in(kind), kind
    period = period_of(context, kind, text)
    made = await asyncio.to_thread(drafted, runtime, period)
    note = "A preview for you alone: nothing was sent."
    if context.invocation.at_terminal or not in_slack(context.invocation.person.id):
        return preview_reply(made, f"{note} `--out .` of `report {kind}` writes its files.")
    await context.progress.say("Drawing the plots …")
    pictures = await asyncio.to_thread(draw, runtime, made.facts)
    document = (await asyncio.to_thread(files, made, pictures))[0]
    found = preview_reply(made, note, "Its plots and its PDF come by direct message.")
    beside = tuple(
        Upload(f"{each.name}.png", each.png, each.title, each.finding, supplement=True)
        for each in pictures
    )
    paper = replace(document, supplement=True)
    return Reply(found.text, found.blocks, data=found.data, files=(*beside, paper), private=True)


async def explain(context: Context, arguments: Arguments) -> Reply:
    """One figure of a report, or all of them, as the record has them now."""
    text = arguments.get("period") or ""
    name = (arguments.get("figure") or ALL).lower().replace("-", "_")
    period = period_of(context, kind_in(text), text)
    facts = await asyncio.to_thread(gather, context.runtime, period)
    if name == ALL:
        return all_explained(facts)
    figure = facts.figure(name)
    if figure is None:
        raise _unknown(facts, name, period)
    return explained(facts, figure)


def _unknown(facts: Facts, name: str, period: Period) -> UnknownWord:
    names = [each.name for each in facts.every]
    close = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
    meant = (" or " if close else ", ").join(code(each) for each in close or names)
    return UnknownWord(
        f"No figure is called {code(name[:40])}.",
        f"Did you mean {meant}?" if close else f"They are: {meant}.",
        [f"report explain {each} {period.name}" for each in close],
    )


REPORT_WEEKLY = Command(
    name="report weekly",
    summary="The weekly operations report: health, incidents, work, plots, recommendations.",
    run=weekly,
    arguments=(
        Argument("week", "which ISO week; the last whole one unless given", example="2026-W47"),
        _TO, _PREPARED_BY, _OUT,
    ),
    examples=("report weekly", "report weekly 2026-W47 --to #leadership", "report weekly --out ."),
    details=(
        "The guide's template in its order, with the week before and the targets beside each "
        "figure. You see it alone first; the button below it, or `--to #channel`, sends it: plots "
        "in the message, details below it, with PDF, HTML and Markdown. Made again, a week has "
        "the same figures; where the record has changed, a new revision says what. Private "
        "incidents and drills are never part of it. On Mondays at nine it goes out by itself "
        "(`[reports]`)."
    ),
    guide="Reporting, Weekly Report Template",
    deadline=120.0,
)  # fmt: skip
REPORT_MONTHLY = Command(
    name="report monthly",
    summary="The monthly review: trends, security, capacity, documentation, improvements.",
    run=monthly,
    arguments=(
        Argument("month", "which month; the last whole one unless given", example="2026-10"),
        _TO, _PREPARED_BY, _OUT,
    ),
    examples=("report monthly", "report monthly 2026-10 --to #leadership"),
    details=(
        "The guide's five points: the month against the month before with the error budget; "
        "security incidents and what the audit log shows; capacity and when each limit is reached "
        "if it goes on as it did; playbooks and documents past their review; action items done, "
        "overdue and proposed. And the four DORA figures of delivery."
    ),
    guide="Reporting, Monthly Review",
    deadline=120.0,
)  # fmt: skip
REPORT_PREVIEW = Command(
    name="report preview",
    summary="A report as it would be sent now, for you alone.",
    run=preview,
    arguments=(
        Argument("kind", "weekly, monthly, or the period itself", default=WEEKLY, example="weekly"),
        Argument("period", "which week or month; the last whole one unless given",
                 example="2026-W47"),
    ),
    examples=("report preview", "report preview weekly 2026-W47", "report preview monthly 2026-10"),
    details="Nothing is sent and nothing is kept. Plots and PDF come by direct message.",
    guide="Reporting",
    deadline=120.0,
)  # fmt: skip
REPORT_EXPLAIN = Command(
    name="report explain",
    summary="How a figure of a report was computed: rule, sum, source, window, gaps.",
    run=explain,
    arguments=(
        Argument("figure", "such as uptime or response_p95; all unless given", example="uptime"),
        Argument("period", "which week or month; the last whole week unless given",
                 example="2026-W47"),
    ),
    examples=("report explain uptime", "report explain requests 2026-W47", "report explain all"),
    guide="Reporting",
)  # fmt: skip
