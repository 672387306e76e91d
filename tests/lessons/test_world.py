"""In Slack, with the real bot: asked, answered, reported, preserved; and where things refuse."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.events import IncidentChanged
from bot.sandbox.workspace import ANA, OPS, RITA, VIC
from bot.sandbox.workspace.calls import Call
from bot.sandbox.workspace.methods import METHODS
from bot.store.incidents_rows import IncidentRecord
from bot.store.lessons_rows import EvidenceState, FilesState
from handlers.lessons.report.sharing import share
from tests.lessons import past
from tests.lessons.stage import Stage
from tests.sandbox.workspace.stage import until


def over(stage: Stage, title: str = "Checkout *fails* <now>") -> IncidentRecord:
    began = datetime.now(UTC) - timedelta(hours=3)
    past.measured(stage.store, began)
    return past.resolved(stage.store, title, began=began, channel=OPS)


async def files_are(stage: Stage, record: IncidentRecord, state: FilesState) -> str:
    """Wait until the files of its newest report are so; what was noted."""
    async with asyncio.timeout(120):
        while True:
            for newest in stage.store.lessons.reports(record.id)[-1:]:
                if newest.files is state:
                    return newest.files_problem
            await share(stage.runtime)
            await asyncio.sleep(0.1)


async def test_from_the_resolution_to_the_report(stage: Stage) -> None:
    record = over(stage)
    changed = IncidentChanged(
        stage.runtime.now(), record.id, record.title, record.severity, record.kind.value,
        record.status.value, record.channel, "status", record.drill, record.private,
    )  # fmt: skip
    stage.runtime.publish(changed)
    rita = stage.person(RITA, stage.world.workspace.direct(RITA).id)
    await rita.sees("three questions, two minutes")
    await rita.presses("Give feedback")
    await rita.sees_modal("Feedback")
    outcome = await rita.submits(refused="refused_by_app")
    assert "Answer one question" in str(outcome.errors)
    rita.fills("What went well?", 'The "alert" came at once & <fast>')
    rita.fills("What contributed to it?", ["change", "monitoring"])
    await rita.submits()
    await rita.sees("your feedback is kept")
    vic = stage.person(VIC)
    await vic.presses("Give feedback")
    await vic.sees_modal("Feedback")
    vic.fills("What went wrong?", "Nobody knew the password")
    vic.fills("Your name", ["anonymous"])
    await vic.submits()
    await vic.sees("without your name")
    audited = str(stage.store.audit.entries(command="incident feedback", limit=50))
    assert "its words are not kept" in audited
    assert "came at once" not in audited
    assert "knew the password" not in audited
    rita = stage.person(RITA)
    await rita.presses("Add action item")
    await rita.sees_modal("Add an action item")
    rita.fills("What has to change?", "Put the password into the safe")
    rita.fills("Owner", ANA)
    await rita.submits()
    await rita.sees("ACT-1 is added")
    assert stage.store.lesson_actions.get("ACT-1").owner_id == ANA

    await rita.types(f"/pitchey incident report {record.id}")
    posted = await stage.person(ANA).sees_message("Lessons of INC-1 ", anytime=True)
    await files_are(stage, record, FilesState.SHARED)
    shown = str(posted.blocks)
    assert "30.0 min" in shown
    assert 'The \\"alert\\" came at once &amp; &lt;fast&gt;' in shown or "&lt;fast&gt;" in shown
    assert "Nobody knew the password" in shown
    assert "(vic)" not in shown
    names = [each.name for each in stage.world.workspace.files.values() if each.complete]
    assert {"inc-1-lessons-r1.md", "inc-1-lessons-r1.html"} <= set(names)
    await stage.person(ANA).sees("No canvas here", anytime=True)

    await rita.types(f"/pitchey incident report {record.id}")
    await rita.sees("Revision 1")
    assert len(stage.store.lessons.reports(record.id)) == 1


async def test_files_that_slack_refuses_are_told_once_and_a_terminal_has_them(
    stage: Stage,
) -> None:
    record = over(stage)
    workspace = stage.world.workspace
    manifest = workspace.manifest

    def told() -> int:
        found = workspace.everything(OPS, ANA)
        return sum("could not be brought here" in each.text for each in found)

    before = told()  # the workspace is everybody's
    workspace.manifest = replace(
        manifest, scopes=tuple(each for each in manifest.scopes if each != "files:write")
    )
    try:
        await stage.person(RITA).types(f"/pitchey incident report {record.id}")
        problem = await files_are(stage, record, FilesState.REFUSED)
        assert "missing_scope" in problem
        await stage.person(ANA).sees("could not be brought here", anytime=True)
        await share(stage.runtime)
        assert told() - before == 1
    finally:
        workspace.manifest = manifest


async def test_evidence_is_preserved_stored_and_verified(stage: Stage) -> None:
    record = over(stage)
    rita = stage.person(RITA)
    await rita.types(f"/pitchey incident evidence {record.id}")
    await rita.presses("Run incident evidence", confirming="Yes, change it")
    await stage.person(ANA).sees("is preserved", anytime=True)
    (kept,) = stage.store.lesson_evidence.of(record.id)
    assert kept.state is EvidenceState.STORED
    missing = {each.name: each.problem for each in kept.parts if each.problem}
    assert list(missing) == ["access_rules.jsonl"]
    assert "no Cloudflare zone" in missing["access_rules.jsonl"]
    (told,) = stage.store.timeline.page(record.id, kinds=("evidence",))
    assert kept.sha256 in told.text
    assert f"s3://{kept.bucket}/{kept.object}" in told.text
    assert stage.store.timeline.verify(record.id).intact
    verified = await stage.terminal(f"incident evidence verify {record.id}")
    assert "is as it was made" in verified.text
    await stage.runtime.clients.backups.run(
        lambda client: client.put_object(Bucket=kept.bucket, Key=kept.object, Body=b"forged"),
        deadline=10,
    )
    forged = await stage.terminal(f"incident evidence verify {record.id}")
    assert "could not be verified" in forged.text
    assert forged.exit_code == 1


async def test_a_bucket_that_refuses_leaves_the_bundle_on_the_machine(stage: Stage) -> None:
    record = over(stage)
    for fault in ("storage_refuses", "database_down"):
        stage.world.faults.switch(fault, True)
    await stage.world.settled()
    rita = stage.person(RITA)
    await rita.types(f"/pitchey incident evidence {record.id}")
    await rita.presses("Run incident evidence", confirming="Yes, change it")
    await stage.person(ANA).sees("only on the bot's machine", anytime=True)
    (kept,) = stage.store.lesson_evidence.of(record.id)
    assert kept.state is EvidenceState.KEPT_HERE
    assert "may not use it" in kept.detail
    assert "database_sessions.jsonl" in [each.name for each in kept.parts if each.problem]
    verified = await stage.terminal(f"incident evidence verify {record.id}")
    assert "is as it was made" in verified.text
    listed = await stage.terminal(f"incident evidence list {record.id}")
    assert "has 1 bundle of evidence" in listed.text
    await _send(stage, record)
    await rita.sees("still only on the bot's machine", anytime=True)
    (again,) = stage.store.lesson_evidence.of(record.id)
    assert (again.state, again.file) == (EvidenceState.KEPT_HERE, kept.file)
    for fault in ("storage_refuses", "database_down"):
        stage.world.faults.switch(fault, False)
    await stage.world.settled()
    await _send(stage, record)
    await rita.sees("stored in the bucket", anytime=True)
    (sent,) = stage.store.lesson_evidence.of(record.id)
    assert (sent.state, sent.sha256) == (EvidenceState.STORED, kept.sha256)
    told = [each.text for each in stage.store.timeline.page(record.id, kinds=("evidence",))]
    assert [f"{sent.id} preserved" in told[0], f"{sent.id} stored" in told[1]] == [True, True]
    assert (
        "is as it was made" in (await stage.terminal(f"incident evidence verify {record.id}")).text
    )
    nothing = await stage.terminal(f"incident evidence send {record.id}")
    assert "No bundle" in nothing.text


async def _send(stage: Stage, record: IncidentRecord) -> None:
    rita = stage.person(RITA)
    await rita.types(f"/pitchey incident evidence send {record.id}")
    await rita.presses("Run incident evidence", confirming="Yes, change it")


async def test_where_the_workspace_has_canvases_the_report_is_one(stage: Stage) -> None:
    record = over(stage)
    made: list[dict[str, object]] = []

    def create(call: Call) -> dict[str, object]:
        made.append(dict(call.arguments))
        return {"canvas_id": "F0CANVAS01"}

    refusing = METHODS["canvases.create"]
    METHODS["canvases.create"] = replace(refusing, run=create)
    try:
        await stage.person(RITA).types(f"/pitchey incident report {record.id}")
        await until(lambda: any(each.canvas for each in stage.store.lessons.reports(record.id)), 15)
    finally:
        METHODS["canvases.create"] = refusing
    assert [each.canvas for each in stage.store.lessons.reports(record.id)] == ["F0CANVAS01"]
    (canvas,) = made
    assert canvas["channel_id"] == OPS
    assert "# Lessons learned: INC-1 Checkout" in str(canvas["document_content"])
