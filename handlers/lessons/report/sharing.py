"""Brings a report to Slack: the message at once, its files and canvas once it has arrived.

What is wanted is stored, so that a restart goes on; a refusal is told once, and the record stays.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.command import Upload
from bot.errors import OpsError
from bot.jobs import Job
from bot.slack_refusals import SlackRefused
from bot.store.incidents_rows import IncidentRecord, RoomState
from bot.store.lessons_rows import FilesState, ReportRecord
from handlers.lessons.report.charts import draw
from handlers.lessons.report.gathering import again
from handlers.lessons.report.markdown import markdown
from handlers.lessons.report.page import html
from handlers.lessons.report.result import Made
from handlers.lessons.report.views import message

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 8
_LOOKS = 20  # at a message that is on its way, half a second apart; then the job goes on


def place(runtime: Runtime, record: IncidentRecord) -> str:
    """Where the report is for everybody who may see it; empty where there is no such place."""
    if record.channel:
        return record.channel
    return "" if record.private else runtime.settings.slack.ops_channel


def post(runtime: Runtime, made: Made) -> str:
    """Store its message for Slack, once a revision; answers the place, or empty for none."""
    record = made.report.record
    channel = place(runtime, record)
    if not channel:
        return ""
    (kept,) = (
        each for each in runtime.store.lessons.reports(record.id) if each.revision == made.revision
    )
    key = f"lessons:{record.number}:report:{made.revision}"
    if kept.key == key:
        return channel
    text, blocks = message(made)
    runtime.messages.post(
        channel, text, blocks, key=key, private=record.private,
        thread_ts="" if record.room is RoomState.MADE else record.thread_ts,
    )  # fmt: skip
    runtime.store.lessons.want_files(kept, key)
    if runtime.rooms is not None:
        runtime.background(_follow(runtime, key), f"files of {key}")
    return channel


def files(runtime: Runtime, made: Made) -> tuple[Upload, ...]:
    """Markdown and HTML, charts drawn. Takes up to some seconds: call it in a thread."""
    record = made.report.record
    name = f"{record.id.lower()}-lessons-r{made.revision}"
    title = f"Lessons learned from {record.id}, revision {made.revision}"
    page = html(made, draw(runtime, made.report))
    return (
        Upload(f"{name}.md", markdown(made).encode("utf-8", "backslashreplace"), f"{title} (text)"),
        Upload(f"{name}.html", page.encode("utf-8", "backslashreplace"), f"{title} (to print)"),
    )


async def share(runtime: Runtime, _due: datetime | None = None) -> str:
    """Bring the files of every report whose message has arrived; answers how many."""
    shared = 0
    if runtime.rooms is None:
        return "not connected to Slack"
    for report in runtime.store.lessons.unshared():
        if runtime.messages.delivered(report.key) is not None:
            shared += await _share(runtime, report)
    return f"{shared} shared"


async def _follow(runtime: Runtime, key: str) -> None:
    for _ in range(_LOOKS):
        if runtime.messages.delivered(key) is not None:
            await share(runtime)
            return
        await asyncio.sleep(0.5)


async def _share(runtime: Runtime, report: ReportRecord) -> int:
    at, rooms = runtime.messages.delivered(report.key), runtime.rooms
    record = runtime.store.incidents.find(f"INC-{report.incident}")
    if at is None or rooms is None or record is None:
        return 0
    made = await asyncio.to_thread(again, runtime, record, report.revision)
    uploads = await asyncio.to_thread(files, runtime, made)
    thread = record.thread_ts if record.room is not RoomState.MADE else ""
    try:
        await rooms.share(at.channel, thread or at.ts, uploads)
    except OpsError as error:
        _not_shared(runtime, record, report, error)
        return 0
    runtime.store.lessons.note_files(report, FilesState.SHARED)
    await _canvas(runtime, record, report, made)
    return 1


def _not_shared(
    runtime: Runtime, record: IncidentRecord, report: ReportRecord, error: OpsError
) -> None:
    """Try again later, or give up and say so once, under the report."""
    final = isinstance(error, SlackRefused) and error.code not in ("ratelimited", "internal_error")
    if not final and report.attempts + 1 < MOST_ATTEMPTS:
        runtime.store.lessons.note_files(report, FilesState.WANTED, error.message)
        return
    runtime.store.lessons.note_files(report, FilesState.REFUSED, error.message)
    text = (
        f":warning: The files of this report could not be brought here: {error.message} "
        f"`pitchey incident report {record.id} --out .` writes them in a terminal."
    )
    runtime.messages.post(
        place(runtime, record), text, key=f"{report.key}:files", thread_of=report.key,
        private=record.private,
    )  # fmt: skip


async def _canvas(
    runtime: Runtime, record: IncidentRecord, report: ReportRecord, made: Made
) -> None:
    """One canvas an incident, in its own channel; where Slack refuses it, the files suffice."""
    earlier = runtime.store.lessons.reports(record.id)
    if record.room is not RoomState.MADE or runtime.rooms is None:
        return
    if any(each.canvas.startswith("refused") for each in earlier):
        return
    title = f"Lessons learned: {record.id}, revision {made.revision}"
    try:
        canvas = await runtime.rooms.canvas(title, markdown(made), record.channel)
    except OpsError as error:
        why = error.reason if isinstance(error, SlackRefused) else "no answer"
        runtime.store.lessons.note_canvas(report, f"refused: {why}")
        text = f":information_source: No canvas here ({why}); the files above hold all of it."
        runtime.messages.post(
            record.channel, text, key=f"lessons:{record.number}:canvas", thread_of=report.key,
            private=record.private,
        )  # fmt: skip
        return
    runtime.store.lessons.note_canvas(report, canvas)


SHARE = Job(
    name="lessons-share",
    title="Bringing the files of reports to Slack",
    when=lambda _settings: timedelta(seconds=30),
    run=share,
    deadline=120.0,
    quiet=True,
)
