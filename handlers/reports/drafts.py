"""The draft an hour before, and sending at the set time, whether anybody answered or not."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.jobs import Job, next_due
from bot.store.incidents_rows import BOT, Actor
from bot.store.reports_rows import DraftState, ReportDraft
from handlers.reports.gathering import gather
from handlers.reports.periods import MONTHLY, WEEKLY, Period, wanted
from handlers.reports.posting import want
from handlers.reports.result import Made
from handlers.reports.revisions import keep
from handlers.reports.views_draft import draft_message, gone_message

if TYPE_CHECKING:
    from bot.runtime import Runtime


def channel_of(runtime: Runtime) -> str:
    """Where reports go unless somebody says otherwise."""
    settings = runtime.settings
    return settings.reports.channel or settings.slack.ops_channel


def goes_at(runtime: Runtime, period: Period) -> datetime | None:
    """When that report goes out by itself; None where it does not, or did."""
    reports = runtime.settings.reports
    line = reports.weekly_crontab if period.kind == WEEKLY else reports.monthly_crontab
    if line is None:
        return None
    due = next_due(line, period.zone, period.until - timedelta(seconds=1))
    return due if due is not None and due > runtime.now() else None


def drafted(runtime: Runtime, period: Period) -> Made:
    """The report as it would be sent now; nothing is kept. Blocks."""
    draft = runtime.store.reports.draft(period.kind, period.name)
    facts = gather(runtime, period, draft.words if draft else "")
    return Made(facts, 1, prepared_by=draft.preparer_name if draft else "")


def send(
    runtime: Runtime, period: Period, channel: str, note: str, actor: Actor
) -> tuple[Made, bool]:
    """Keep it as a revision and ask for it in the channel; False where it is there. Blocks."""
    draft = runtime.store.reports.draft(period.kind, period.name)
    facts = gather(runtime, period, draft.words if draft else "")
    made = keep(runtime, facts, actor, prepared_by=draft.preparer_name if draft else "", note=note)
    return made, runtime.store.report_posts.find(
        period.kind, period.name, made.revision, channel
    ) is None


async def prepare(runtime: Runtime, period: Period, person_id: str) -> ReportDraft:
    """The draft of that period becomes that person's."""
    name = person_id
    if runtime.directory is not None and person_id:
        name = await runtime.directory.people.name(person_id)
    return runtime.store.reports.prepare(period.kind, period.name, Actor(person_id, name))


def standing(draft: ReportDraft | None) -> str:
    """Where a draft stands, in a sentence."""
    match draft.state if draft else None:
        case DraftState.APPROVED:
            return f"Approved by {draft.decider_name}." if draft else ""
        case DraftState.GONE:
            return "It went out already; sending it again tells corrections only."
        case _:
            return "Nobody has approved it yet."


async def _draft(runtime: Runtime, due: datetime) -> str:
    reports = runtime.settings.reports
    lead = timedelta(minutes=reports.draft_minutes)
    period = wanted(WEEKLY, "", due + lead, runtime.settings.team.timezone)
    draft = await prepare(runtime, period, reports.prepared_by)
    if draft.state is DraftState.GONE:
        return f"{period.name} went out already"
    made = await asyncio.to_thread(drafted, runtime, period)
    text, blocks = draft_message(
        made, channel_of(runtime), goes_at(runtime, period), standing(draft)
    )
    runtime.messages.post(reports.prepared_by, text, blocks, key=_draft_key(period), private=True)
    runtime.store.reports.asked(period.kind, period.name, runtime.now())
    return f"draft of {period.name} shown to {draft.preparer_name}"


def _draft_key(period: Period) -> str:
    return f"report-draft:{period.name}"


async def _send(runtime: Runtime, period: Period) -> str:
    draft = runtime.store.reports.draft(period.kind, period.name)
    if draft is not None and draft.state is DraftState.GONE:
        return f"{period.name} went out before"
    note = ""
    if draft is not None and draft.state is DraftState.APPROVED:
        note = f"approved by {draft.decider_name}"
    elif draft is not None and draft.asked_at is not None:
        note = "sent as drafted: nobody answered to the draft"
    channel = channel_of(runtime)
    made, _ = await asyncio.to_thread(send, runtime, period, channel, note, BOT)
    want(runtime, made, channel, note)
    runtime.store.reports.decide(period.kind, period.name, DraftState.GONE, BOT, runtime.now())
    if draft is not None and draft.asked_at is not None:
        # What can no longer be answered loses its buttons.
        text, blocks = gone_message(made, channel)
        runtime.messages.post(
            draft.preparer_id, text, blocks, key=f"{_draft_key(period)}:gone",
            update_of=_draft_key(period), private=True, edit_only=True,
        )  # fmt: skip
    return f"{period.name} goes to {channel}"


async def _weekly(runtime: Runtime, due: datetime) -> str:
    return await _send(runtime, wanted(WEEKLY, "", due, runtime.settings.team.timezone))


async def _monthly(runtime: Runtime, due: datetime) -> str:
    return await _send(runtime, wanted(MONTHLY, "", due, runtime.settings.team.timezone))


DRAFT = Job(
    name="report-draft",
    title="Showing the draft of the weekly report",
    when=lambda settings: settings.reports.draft_crontab,
    run=_draft,
    deadline=120.0,
    # A draft after the report itself would only confuse.
    catch_up=timedelta(minutes=30),
)
WEEKLY_JOB = Job(
    name="report-weekly",
    title="Sending the weekly report",
    when=lambda settings: settings.reports.weekly_crontab,
    run=_weekly,
    deadline=180.0,
    catch_up=timedelta(days=3),
)
MONTHLY_JOB = Job(
    name="report-monthly",
    title="Sending the monthly review",
    when=lambda settings: settings.reports.monthly_crontab,
    run=_monthly,
    deadline=180.0,
    catch_up=timedelta(days=7),
)
