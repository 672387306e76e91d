"""Brings a report to its channel: the message, details below it, plots into it, files below it.

What is wanted is stored, so that any process may ask and a restart goes on. A refusal of plots or
files never keeps the message back, and is told once below it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.blocks import escape
from bot.command import Upload
from bot.documents.markdown import markdown
from bot.documents.page import page
from bot.documents.pdf import pdf
from bot.errors import OpsError
from bot.jobs import Job
from bot.messages import Delivered
from bot.slack_refusals import SlackRefused
from bot.store.incidents_rows import Actor
from bot.store.reports_rows import PostState, ReportPost
from handlers.reports.charts import IN_MESSAGE, Chart, draw
from handlers.reports.rendering import document_of, message_of, thread_of
from handlers.reports.result import Made
from handlers.reports.revisions import told

if TYPE_CHECKING:
    from bot.runtime import Runtime

_MOST_ATTEMPTS = 6
_LOOKS = 40  # at a message that is on its way, half a second apart; then the job goes on
_PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
_busy: set[str] = set()  # posts that this process works on: the job and a follower may meet


def want(runtime: Runtime, made: Made, channel: str, note: str) -> bool:
    """Ask for it in that channel; False where this revision is there, or on its way.

    Files that Slack refused before are tried again.
    """
    facts, posts = made.facts, runtime.store.report_posts
    known = posts.find(facts.kind, facts.period, made.revision, channel)
    if known is not None and known.state is PostState.REFUSED:
        posts.move(known, PostState.POSTED)
    fresh = posts.want(facts.kind, facts.period, made.revision, channel, note, runtime.now())
    if runtime.rooms is not None:
        runtime.background(_in_background(runtime), f"report {facts.period}")
    return fresh


async def bring(runtime: Runtime, _due: datetime | None = None) -> str:
    """Go on with every report that is on its way; answers how many are done."""
    if runtime.rooms is None:
        return "not connected to Slack"
    done = 0
    for post in runtime.store.report_posts.unfinished():
        if post.key in _busy:
            continue
        _busy.add(post.key)
        try:
            done += await _step(runtime, post)
        finally:
            _busy.discard(post.key)
    return f"{done} brought"


def files(made: Made, charts: tuple[Chart, ...]) -> tuple[Upload, ...]:
    """PDF, HTML and Markdown. Takes a second or two: call it in a thread."""
    document = document_of(made, charts)
    facts = made.facts
    name = f"{facts.kind}-report-{facts.period.lower()}-r{made.revision}"
    title = f"{document.title}, revision {made.revision}"
    return (
        Upload(f"{name}.pdf", pdf(document, facts.made_for), f"{title} (PDF)"),
        Upload(f"{name}.html", _encoded(page(document)), f"{title} (web page)"),
        Upload(f"{name}.md", _encoded(markdown(document)), f"{title} (text)"),
    )


async def _follow(runtime: Runtime, _due: datetime | None = None) -> str:
    """Until everything is brought, or half a minute is over; then the next look goes on."""
    told = await bring(runtime)
    for _ in range(_LOOKS):
        if runtime.rooms is None or not runtime.store.report_posts.unfinished():
            break
        await asyncio.sleep(0.5)
        told = await bring(runtime)
    return told


async def _in_background(runtime: Runtime) -> None:
    await _follow(runtime)


async def _step(runtime: Runtime, post: ReportPost) -> int:
    await _named(runtime, post)
    made = await asyncio.to_thread(_made, runtime, post)
    if made is None:
        runtime.store.report_posts.move(post, PostState.REFUSED, problem="it is not kept")
        return 0
    if post.state is PostState.WANTED:
        _post(runtime, post, made)
        return 0
    return await _share(runtime, post, made)


async def _named(runtime: Runtime, post: ReportPost) -> None:
    """A preparer whom a terminal named by id alone gets the name that Slack has."""
    draft = runtime.store.reports.draft(post.kind, post.period)
    if draft is None or runtime.directory is None or draft.preparer_name != draft.preparer_id:
        return
    name = await runtime.directory.people.name(draft.preparer_id)
    runtime.store.reports.prepare(post.kind, post.period, Actor(draft.preparer_id, name))


def _made(runtime: Runtime, post: ReportPost) -> Made | None:
    draft = runtime.store.reports.draft(post.kind, post.period)
    by = draft.preparer_name if draft is not None else ""
    return told(runtime, post.kind, post.period, post.revision, prepared_by=by, note=post.note)


def _post(runtime: Runtime, post: ReportPost, made: Made) -> None:
    """The message at once, its details below it; the plots follow into it."""
    text, blocks = message_of(made)
    runtime.messages.post(post.channel, text, blocks, key=post.key)
    for number, (line, below) in enumerate(thread_of(made), 1):
        runtime.messages.post(
            post.channel, line, below, key=f"{post.key}:{number}", thread_of=post.key
        )
    runtime.store.report_posts.move(post, PostState.POSTED)


async def _share(runtime: Runtime, post: ReportPost, made: Made) -> int:
    """Plots and files below the message once it has arrived, and the plots into it.

    Everybody in the channel may open what was shared there; a picture of the bot's own they could
    not see.
    """
    at, posts = runtime.messages.delivered(post.key), runtime.store.report_posts
    if at is None:
        return 0
    charts = await asyncio.to_thread(draw, runtime, made.facts)
    if not post.pictures and charts and not await _plots(runtime, post, made, at, charts):
        return 0
    uploads = await asyncio.to_thread(files, made, charts)
    if await _shared(runtime, post, at, uploads) is None:
        return 0
    posts.move(post, PostState.DONE)
    await _canvas(runtime, post, made, at.channel)
    return 1


async def _plots(
    runtime: Runtime, post: ReportPost, made: Made, at: Delivered, charts: Sequence[Chart]
) -> bool:
    """Share them and show them in the message; False where that has to be tried again, or never."""
    shown = [each for each in charts if each.name in IN_MESSAGE]
    uploads = [
        Upload(f"{post.period.lower()}-{each.name}.png", each.png, each.title, each.finding)
        for each in shown
    ]
    identifiers = await _shared(runtime, post, at, uploads)
    if identifiers is None:
        return False
    pictures = [
        (identifier, each.finding)
        for identifier, each in zip(identifiers, shown, strict=False)
        if identifier
    ]
    text, blocks = message_of(made, pictures)
    runtime.messages.post(
        at.channel, text, blocks, key=f"{post.key}:plots", update_of=post.key, edit_only=True
    )
    runtime.store.report_posts.move(post, PostState.POSTED, pictures=identifiers)
    return True


async def _shared(
    runtime: Runtime, post: ReportPost, at: Delivered, uploads: Sequence[Upload]
) -> tuple[str, ...] | None:
    """Ids of the files; None where Slack did not take them: tried again, or told once."""
    rooms, posts = runtime.rooms, runtime.store.report_posts
    if rooms is None:
        return None
    try:
        return await rooms.share(at.channel, at.ts, uploads)
    except OpsError as error:
        if not _final(error) and post.attempts + 1 < _MOST_ATTEMPTS:
            posts.failed(post, error.message)
            return None
        posts.move(post, PostState.REFUSED, problem=error.message)
        text = (
            ":warning: Plots and files of this report could not be brought here: "
            f"{escape(error.message)} {escape(error.hint)} "
            f"`pitchey report {post.kind} {post.period} --out .` writes them in a terminal."
        )
        runtime.messages.post(post.channel, text, key=f"{post.key}:files", thread_of=post.key)
        return None


async def _canvas(runtime: Runtime, post: ReportPost, made: Made, channel: str) -> None:
    """A canvas where the workspace has them; one that refused is not asked again, nor told of:
    the files hold the same."""
    posts, rooms = runtime.store.report_posts, runtime.rooms
    if rooms is None or posts.canvas_refused(post.channel):
        return
    document = document_of(made, ())
    try:
        canvas = await rooms.canvas(document.title, markdown(document), channel)
    except OpsError as error:
        why = error.reason if isinstance(error, SlackRefused) else "no answer"
        posts.note_canvas(post, f"refused: {why}")
        return
    posts.note_canvas(post, canvas)


def _final(error: OpsError) -> bool:
    return isinstance(error, SlackRefused) and error.code not in _PASSING


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


BRING = Job(
    name="report-bring",
    title="Bringing reports to Slack",
    when=lambda _settings: timedelta(seconds=15),
    run=_follow,
    deadline=180.0,
    quiet=True,
)
