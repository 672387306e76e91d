"""In Slack, with the real bot: drafted, edited, approved, sent, corrected; where Slack refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.sandbox.workspace import ANA, OPS, RITA, VIC, Message
from bot.sandbox.workspace.calls import Call
from bot.sandbox.workspace.methods import METHODS
from bot.sandbox.workspace.refusal import Refusal
from bot.store import Sample
from bot.store.reports_rows import DraftState, PostState
from handlers.reports.drafts import DRAFT, WEEKLY_JOB
from handlers.reports.periods import Period, wanted
from handlers.reports.posting import bring
from tests.lessons.stage import Stage
from tests.reports.made import MINUTE, WEEK, measured
from tests.reports.past import happened


def filled(stage: Stage, ago: int) -> Period:
    """A week of measurements with an incident in it, so many weeks before the last whole one: the
    workspace is everybody's, so each test has its own."""
    now = stage.runtime.now() - ago * WEEK
    week = wanted("weekly", "", now, stage.runtime.settings.team.timezone)
    measured(since=week.before, until=week.until, every=8 * MINUTE).store(stage.store)
    happened(stage.store, "Checkout *fails* <now>", since=week.since)
    return week


def settle(stage: Stage, **values: object) -> None:
    settings = stage.runtime.settings
    reports = settings.reports.model_copy(update=values)
    stage.runtime.settings = settings.model_copy(update={"reports": reports})


async def brought(stage: Stage, state: PostState, period: Period) -> None:
    """Wait until every post of that report is so."""
    async with asyncio.timeout(120):
        while not all(
            each.state is state for each in stage.store.report_posts.of("weekly", period.name)
        ):
            await bring(stage.runtime)
            await asyncio.sleep(0.2)


async def posted(stage: Stage, words: str, channel: str = OPS) -> Message:
    return await stage.person(ANA).at(channel).sees_message(words, anytime=True)


async def eventually(true: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not true():  # noqa: ASYNC110 states of three programs, no event to wait for
            await asyncio.sleep(0.1)


def pictures(message: Message) -> list[dict[str, str]]:
    return [block for block in message.blocks if block["type"] == "image"]


async def test_a_report_arrives_with_plots_inside_and_files_below(stage: Stage) -> None:
    week = filled(stage, 1)
    rita = stage.person(RITA)
    await rita.types(f"/pitchey report weekly {week.name}")
    await rita.sees("Shown to you alone, and sent nowhere yet")
    assert stage.store.report_posts.of("weekly", week.name) == ()
    await rita.presses("Send it to #ops", confirming="Send it")
    await rita.sees(f"Sent to #ops: the report for {week.words}")
    message = await posted(stage, f"Week of {week.words}")
    await brought(stage, PostState.DONE, week)
    await eventually(lambda: len(pictures(message)) == 4)
    files = stage.world.workspace.files
    for block in pictures(message):
        assert files[block["slack_file"]["id"]].mimetype == "image/png"  # type: ignore[index]
        assert len(block["alt_text"]) > 40
    below = stage.thread(OPS, message.ts)
    names = {files[one].name for each in below for one in each.files}
    stem = f"weekly-report-{week.name.lower()}-r1"
    assert {f"{stem}.pdf", f"{stem}.html", f"{stem}.md"} <= names
    shown = str(message.blocks)
    assert "fails" in shown
    assert "<now>" not in shown

    again = stage.person(RITA)
    await again.types(f"/pitchey report weekly {week.name} --to #ops")
    await again.sees("already, and its figures are the same")
    stage.store.samples.add(
        [Sample("production", "uptime", week.since + n * MINUTE, 0.0, 0) for n in range(1, 7)]
    )
    await stage.person(RITA).types(f"/pitchey report weekly {week.name} --to #ops")
    second = await posted(stage, "Corrected since revision 1")
    assert second.ts != message.ts
    assert "Uptime:" in str(second.blocks)


async def test_nobody_answers_to_the_draft(stage: Stage) -> None:
    week = filled(stage, 2)
    settle(stage, prepared_by=VIC)
    now = week.until + timedelta(hours=9)
    await DRAFT.run(stage.runtime, now - timedelta(minutes=60))
    direct = stage.world.workspace.direct(VIC).id
    await stage.person(VIC).at(direct).sees(f"Draft of the report for {week.words}", anytime=True)
    told = await WEEKLY_JOB.run(stage.runtime, now)
    assert "goes to" in told
    message = await posted(stage, f"Week of {week.words}")
    assert "nobody answered to the draft" in str(message.blocks)
    vic = stage.person(VIC, direct)
    await vic.sees(f"The report for {week.words} went to", anytime=True)
    draft = stage.store.reports.draft("weekly", week.name)
    assert draft is not None
    assert draft.state is DraftState.GONE
    assert "went out before" in await WEEKLY_JOB.run(stage.runtime, now)


async def test_a_draft_is_edited_and_approved(stage: Stage) -> None:
    week = filled(stage, 3)
    settle(stage, prepared_by=VIC)
    now = week.until + timedelta(hours=9)
    await DRAFT.run(stage.runtime, now)
    vic = stage.person(VIC, stage.world.workspace.direct(VIC).id)
    await vic.sees(f"Draft of the report for {week.words}")
    await vic.presses("Edit")
    await vic.sees_modal("Edit the report")
    vic.fills("Your words at the top", 'A *quiet* week & "good" <people>')
    vic.fills("Add upcoming work", "Reindex on Sunday")
    await vic.submits()
    await vic.sees("Reindex on Sunday")
    await vic.presses("Approve")
    await vic.sees("is approved by")
    await WEEKLY_JOB.run(stage.runtime, now)
    message = await posted(stage, f"Week of {week.words}")
    shown = str(message.blocks)
    assert "approved by Vic" in shown
    assert "quiet" in shown
    assert "&lt;people&gt;" in shown
    assert "Reindex on Sunday" in shown
    assert "prepared by Vic" in shown
    rita = stage.person(RITA)
    await rita.types(f"/pitchey report approve {week.name}")
    await rita.sees("is prepared by Vic")


async def test_send_now_goes_out_once(stage: Stage) -> None:
    week = filled(stage, 4)
    settle(stage, prepared_by=VIC)
    now = week.until + timedelta(hours=9)
    await DRAFT.run(stage.runtime, now)
    vic = stage.person(VIC, stage.world.workspace.direct(VIC).id)
    await vic.sees(f"Draft of the report for {week.words}")
    await vic.presses("Send now", confirming="Send it")
    await vic.sees("Sent to")
    assert "approved by Vic" in str((await posted(stage, f"Week of {week.words}")).blocks)
    assert "went out before" in await WEEKLY_JOB.run(stage.runtime, now)
    assert len(stage.store.report_posts.of("weekly", week.name)) == 1


async def test_slack_refuses_the_files(stage: Stage) -> None:
    week = filled(stage, 5)
    workspace = stage.world.workspace
    manifest = workspace.manifest
    workspace.manifest = replace(
        manifest, scopes=tuple(each for each in manifest.scopes if each != "files:write")
    )
    try:
        await stage.person(RITA).types(f"/pitchey report weekly {week.name} --to #ops")
        await posted(stage, f"Week of {week.words}")
        await eventually(lambda: stage.store.report_posts.of("weekly", week.name))
        await brought(stage, PostState.REFUSED, week)
        await posted(stage, "could not be brought here")
        (post,) = stage.store.report_posts.of("weekly", week.name)
        sent = stage.store.outbox.find(post.key)
        assert sent is not None
        message = workspace.message_at(OPS, sent.ts)  # and none of an earlier try
        assert message is not None
        assert pictures(message) == []
    finally:
        workspace.manifest = manifest
    # Once the permission is there, asking again brings what is missing, below the same message.
    await stage.person(RITA).types(f"/pitchey report weekly {week.name} --to #ops")
    await brought(stage, PostState.DONE, week)
    await eventually(lambda: len(pictures(message)) == 4)


async def test_slack_never_shows_the_pictures(stage: Stage) -> None:
    """The blocks stay; only the plots are missing from the message, and are below it."""
    week = filled(stage, 6)
    updating = METHODS["chat.update"]

    def refuse(call: Call) -> dict[str, object]:
        if "slack_file" in call.text("blocks"):
            told = "[ERROR] invalid slack file [json-pointer:/blocks/7/slack_file]"
            raise Refusal("invalid_blocks", response_metadata={"messages": [told]})
        return updating.run(call)

    METHODS["chat.update"] = replace(updating, run=refuse)
    try:
        await stage.person(RITA).types(f"/pitchey report weekly {week.name} --to #ops")
        message = await posted(stage, f"Week of {week.words}")
        await brought(stage, PostState.DONE, week)
        assert pictures(message) == []
        assert "System Health" in str(message.blocks)
    finally:
        METHODS["chat.update"] = updating


async def test_a_channel_that_is_gone(stage: Stage) -> None:
    week = filled(stage, 7)
    reply = await stage.terminal(f"report weekly {week.name} --to #nowhere-at-all")
    assert "Sent to #nowhere-at-all" in reply.text
    message = await posted(stage, "This should have gone to #nowhere-at-all")
    await brought(stage, PostState.DONE, week)
    below = stage.thread(OPS, message.ts)
    assert any(each.files for each in below)


async def test_a_preview_is_for_one_person_alone(stage: Stage) -> None:
    week = filled(stage, 8)
    vic = stage.person(VIC)
    await vic.types(f"/pitchey report preview weekly {week.name}")
    await vic.sees("A preview for you alone")
    await vic.types(f"/pitchey report weekly {week.name} --to #ops")
    await vic.sees("sending it takes the role responder")
    assert stage.store.report_posts.of("weekly", week.name) == ()
    assert stage.store.reports.newest("weekly", week.name) is None


async def test_figures_are_explained_and_notes_kept(stage: Stage) -> None:
    week = filled(stage, 9)
    rita = stage.person(RITA)
    await rita.types(f"/pitchey report explain uptime {week.name}")
    await rita.sees("of 1,260 checks were good")
    await rita.types("/pitchey report explain uptme")
    await rita.sees("Did you mean uptime?")
    await rita.types("/pitchey report note upcoming Reindex `now` & <later>")
    await rita.sees("NOTE-1 is in the report")
    await rita.presses("Drop it")
    await rita.sees("is dropped")
    await rita.types("/pitchey report note drop NOTE-77")
    await rita.sees("There is no such note")
    await rita.types("/pitchey report weekly 2031-W01")
    await rita.sees("has not begun yet")
