"""`/pitchey report edit`, `approve`, `send` and `note`: what people add to a report."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.blocks import actions, command_button, escape, section
from bot.blocks import context as small
from bot.command import (
    Argument,
    Arguments,
    Command,
    Context,
    Delivery,
    Form,
    Kind,
    Reply,
    Role,
)
from bot.errors import BadInput
from bot.frozen import quoted
from bot.incident_access import actor
from bot.phrases import plural
from bot.store.incidents_rows import Actor
from bot.store.reports_rows import DraftState, ReportDraft, ReportNote
from bot.words import clean
from handlers.reports.commands import kind_in, period_of
from handlers.reports.drafts import channel_of, drafted, goes_at, send, standing
from handlers.reports.periods import WEEKLY, Period, wanted
from handlers.reports.posting import want
from handlers.reports.views_draft import (
    EDIT_FORM,
    UPCOMING,
    WORDS,
    WORDS_LONGEST,
    approved_reply,
    draft_reply,
    edit_modal,
    sent_reply,
)

if TYPE_CHECKING:
    from bot.command import Block
    from bot.runtime import Runtime

_PERIOD = Argument("period", "which week or month; the last whole week unless given",
                   example="2026-W47")  # fmt: skip
_VERBS = ("upcoming", "list", "drop")
_NOTE_LONGEST = 300


def _own(context: Context, period: Period) -> ReportDraft:
    """The draft of that period, for its preparer and for operators; raises BadInput."""
    reports = context.store.reports
    draft = reports.draft(period.kind, period.name)
    me = actor(context)
    if draft is not None and me.id != draft.preparer_id and context.role < Role.OPERATOR:
        raise BadInput(
            f"The report for {period.words} is prepared by {draft.preparer_name}.",
            "They, or an operator, may change or send it.",
        )
    if draft is None and context.role < Role.RESPONDER:
        raise BadInput(
            f"Nobody prepares the report for {period.words}.",
            "A responder may: `/pitchey report edit`.",
        )
    return draft or reports.prepare(period.kind, period.name, me)


def _named(context: Context, draft: ReportDraft) -> Actor:
    """Who acts, by the name that the report has for them."""
    me = actor(context)
    return Actor(me.id, draft.preparer_name) if me.id == draft.preparer_id else me


def _period(context: Context, arguments: Arguments) -> Period:
    text = arguments.get("period") or ""
    return period_of(context, kind_in(text), text)


async def edit(context: Context, arguments: Arguments) -> Reply:
    """Words of the preparer's own, and upcoming work; the figures come from the record alone."""
    runtime, period = context.runtime, _period(context, arguments)
    draft = _own(context, period)
    words, upcoming = arguments.get("words"), (arguments.get("upcoming") or "").strip()
    if words is not None:
        text = runtime.redactor.text(words.strip()[:WORDS_LONGEST])
        if text != draft.words:
            runtime.store.reports.write(period.kind, period.name, text)
    if upcoming:
        _noted(runtime, period, upcoming, actor(context))
    made = await asyncio.to_thread(drafted, runtime, period)
    now_is = runtime.store.reports.draft(period.kind, period.name)
    return draft_reply(made, channel_of(runtime), goes_at(runtime, period), standing(now_is))


async def approve(context: Context, arguments: Arguments) -> Reply:
    runtime, period = context.runtime, _period(context, arguments)
    draft = _own(context, period)
    me = _named(context, draft)
    if draft.state is DraftState.GONE:
        raise BadInput(
            f"The report for {period.words} went out already.",
            f"`/pitchey report weekly {period.name}` sends corrections, by the button below it.",
        )
    runtime.store.reports.decide(period.kind, period.name, DraftState.APPROVED, me, runtime.now())
    made = await asyncio.to_thread(drafted, runtime, period)
    return approved_reply(made, channel_of(runtime), goes_at(runtime, period), me.name)


async def send_now(context: Context, arguments: Arguments) -> Reply:
    """Approve it and let it go at once."""
    runtime, period = context.runtime, _period(context, arguments)
    me, channel = _named(context, _own(context, period)), channel_of(runtime)
    note = f"approved by {me.name}"
    made, fresh = await asyncio.to_thread(send, runtime, period, channel, note, me)
    want(runtime, made, channel, note)
    runtime.store.reports.decide(period.kind, period.name, DraftState.GONE, me, runtime.now())
    return sent_reply(made, channel, fresh=fresh)


async def note(context: Context, arguments: Arguments) -> Reply:
    """Upcoming work for the report of the week that is running."""
    runtime, verb, text = context.runtime, arguments["verb"], (arguments.get("text") or "").strip()
    posts = runtime.store.report_posts
    if verb == "drop":
        gone = posts.drop_note(text, runtime.now())
        told = f":white_check_mark: {gone.id} is dropped from the report of {gone.week}"
        return Reply(told, [section(f"*{told}*")])
    period = _noted_for(runtime, arguments.get("week"))
    if verb == "upcoming":
        made = _noted(runtime, period, text, actor(context))
        told = f":white_check_mark: {made.id} is in the report for {period.words}"
        return Reply(
            told,
            [
                section(f"*{told}*\n{escape(made.text)}"),
                actions(
                    command_button("All notes", "report note list"),
                    command_button("Drop it", f"report note drop {made.id}"),
                ),
            ],
            data={"note": made.id, "week": made.week},
        )
    found = posts.notes(period.name)
    told = f":pushpin: {plural(len(found), 'upcoming note')} for the report of {period.words}"
    if not found:
        told = f":pushpin: Nothing upcoming is noted for the report of {period.words}"
    blocks: list[Block] = [section(f"*{told}*")]
    blocks += [
        section(
            f"*{each.id}* {escape(each.text)}\n{escape(each.author_name)}",
            accessory=command_button(
                "Drop it", f"report note drop {each.id}", delivery=Delivery.NEW
            ),
        )
        for each in found[:20]
    ]
    blocks.append(small("`/pitchey report note upcoming Reindex on Sunday, 30 min` adds one."))
    return Reply(told, blocks, data=[{"note": each.id, "text": each.text} for each in found])


def _noted_for(runtime: Runtime, week: str | None) -> Period:
    """The week whose report comes next: the last one until its report went out, else this one."""
    zone, now = runtime.settings.team.timezone, runtime.now()
    if week:
        return wanted(WEEKLY, week, now, zone)
    last = wanted(WEEKLY, "", now, zone)
    if goes_at(runtime, last) is not None:
        return last
    return wanted(WEEKLY, f"{now:%G-W%V}", now, zone)


def _noted(runtime: Runtime, period: Period, text: str, by: Actor) -> ReportNote:
    kept = runtime.redactor.text(" ".join(text.split())[:_NOTE_LONGEST])
    if len(kept) < 3:
        raise BadInput(
            "Upcoming work needs words.",
            "Example: `report note upcoming Reindex on Sunday 04:00, 30 minutes read only`.",
        )
    return runtime.store.report_posts.add_note(kept, period.name, by, runtime.now())


def _modal(runtime: Runtime, about: Mapping[str, str]) -> Block:
    kind, name = about.get("kind", WEEKLY), about.get("period", "")
    period = wanted(kind, name, runtime.now(), runtime.settings.team.timezone)
    draft = runtime.store.reports.draft(kind, period.name)
    return edit_modal(draft.words if draft else "", period.words)


def _line(values: Mapping[str, str], about: Mapping[str, str]) -> str:
    words = quoted(clean(values.get(WORDS) or ""))
    line = f"report edit {about.get('period', '')} --words {words}"
    if values.get(UPCOMING):
        line += f" --upcoming {quoted(clean(values[UPCOMING]))}"
    return line


EDIT = Form(EDIT_FORM, _modal, _line)
REPORT_EDIT = Command(
    name="report edit",
    summary="Your own words at the top of a report, and upcoming work, before it goes out.",
    run=edit,
    arguments=(
        _PERIOD,
        Argument("words", "what stands below the first line; empty takes them away", flag=True),
        Argument("upcoming", "one line of upcoming work", flag=True),
    ),
    examples=('report edit 2026-W47 --words "Quiet week; the migration went well."',),
    details="For its preparer and operators. Figures cannot be edited: they come from the record.",
    guide="Reporting",
)
REPORT_APPROVE = Command(
    name="report approve",
    summary="Say that a draft is good; it goes out at its time.",
    run=approve,
    arguments=(_PERIOD,),
    examples=("report approve 2026-W47",),
    guide="Reporting",
)
REPORT_SEND = Command(
    name="report send",
    summary="Send a draft now, to the channel of `[reports]`.",
    run=send_now,
    arguments=(_PERIOD,),
    examples=("report send 2026-W47",),
    guide="Reporting",
    deadline=120.0,
)
REPORT_NOTE = Command(
    name="report note",
    summary="Upcoming work that the next weekly report tells.",
    run=note,
    role=Role.RESPONDER,
    arguments=(
        Argument("verb", "what to do", Kind.CHOICE, _VERBS, default="list", example="upcoming"),
        Argument("text", "what is planned; the note's id to drop it", rest=True,
                 example="Reindex on Sunday 04:00"),
        Argument("week", "for the report of which week", flag=True, example="2026-W47"),
    ),
    examples=(
        "report note upcoming Reindex on Sunday 04:00, 30 minutes read only",
        "report note list",
        "report note drop NOTE-3",
    ),
    guide="Reporting, Upcoming Work",
)  # fmt: skip
