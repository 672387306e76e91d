"""`/pitchey incident evidence`: preserve it, list it, verify it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.command import (
    Argument,
    Arguments,
    Command,
    Context,
    Plan,
    Reply,
    Risk,
    Role,
)
from bot.errors import BadInput, OpsError
from bot.jobs import Job
from bot.phrases import plural
from bot.store.incidents_rows import IncidentRecord
from bot.store.lessons_rows import EvidenceRecord, EvidenceState
from handlers.lessons.evidence import keeping, storing, views
from handlers.lessons.evidence.bundle import Verified, verify
from handlers.lessons.evidence.collecting import SOURCES
from handlers.lessons.evidence.preserving import look, preserve, scene_of, settle_lost
from handlers.lessons.finding import actor, wanted

ACTS = ("verify", "list", "send")


def _asked(context: Context, arguments: Arguments) -> tuple[str, IncidentRecord]:
    """`verify INC-12`, `send INC-12`, `list`, `INC-12` or nothing."""
    first, second = arguments.get("incident") or "", arguments.get("of") or None
    act = first.lower() if first.lower() in ACTS else ""
    line = f"incident evidence {act}".rstrip()
    return act, wanted(context, second if act else first or None, line)


async def plan(context: Context, arguments: Arguments) -> Plan:
    act, record = _asked(context, arguments)
    if act == "send" and (here := storing.kept_here(context.runtime, record)):
        return Plan(
            target=f"evidence of {record.id}",
            effect=f"stores {plural(len(here), 'bundle')} that the bucket did not take before.",
            lines=tuple(f"{each.id}: {views.size(each.size)}, {each.file}" for each in here),
        )
    if act:
        return Plan(record.id, "reads", risk=Risk.READS)
    scene = scene_of(context.runtime, record)
    bucket, settings = context.clients.backups, context.settings.lessons
    hours = (scene.until - scene.since) / timedelta(hours=1)
    lock = (
        f"locked for {settings.evidence_lock_days} days, where the bucket offers that"
        if settings.evidence_lock_days
        else "without a lock"
    )
    return Plan(
        target=f"evidence of {record.id}",
        effect=f"collects {len(SOURCES)} parts about {hours:,.1f} hours into one bundle.",
        lines=(
            ", ".join(source.title for source in SOURCES),
            f"stored as s3://{bucket.name}/{settings.evidence_prefix}{record.id}/…, {lock}",
            "nothing of the platform is changed; its sum goes on the timeline",
        ),
    )


async def evidence(context: Context, arguments: Arguments) -> Reply:
    act, record = _asked(context, arguments)
    await asyncio.to_thread(settle_lost, context.runtime)
    if act == "list":
        return views.list_reply(record, context.store.lesson_evidence.of(record.id))
    if act == "verify":
        return await _verify(context, record)
    if act == "send" and not storing.kept_here(context.runtime, record):
        raise BadInput(f"No bundle of {record.id} waits on the bot's machine.")
    if context.operation is None:
        raise OpsError("Evidence is collected as an operation only.", permanent=True)
    if act == "send":
        sent = await storing.send(context.runtime, record, actor(context), context.operation)
        return views.sent_reply(record, sent)
    found = await preserve(context.runtime, record, actor(context), context.operation)
    return views.preserved_reply(record, found)


async def _verify(context: Context, record: IncidentRecord) -> Reply:
    kept = (EvidenceState.STORED, EvidenceState.KEPT_HERE)
    found = [each for each in context.store.lesson_evidence.of(record.id) if each.state in kept]
    if not found:
        raise BadInput(
            f"{record.id} has no bundle of evidence.",
            f"`/pitchey incident evidence {record.id}` collects one.",
        )
    judged = [(each, await _judged(context, each)) for each in found]
    return views.verified_reply(record, judged)


async def _judged(context: Context, each: EvidenceRecord) -> Verified | str:
    try:
        if each.state is EvidenceState.STORED:
            bucket = context.clients.backups
            return await keeping.check_stored(bucket, each.object, each.sha256)
        return await asyncio.to_thread(_verify_file, Path(each.file), each.sha256)
    except OpsError as error:
        return context.runtime.redactor.text(error.message)


def _verify_file(path: Path, sha256: str) -> Verified:
    try:
        with path.open("rb") as file:
            return verify(file, sha256)
    except OSError as error:
        raise OpsError(f"{path} cannot be read: {error.strerror}.") from error


EVIDENCE = Command(
    name="incident evidence",
    summary="Preserve evidence of an incident in one bundle, or verify what was preserved.",
    run=evidence,
    plan=plan,
    role=Role.RESPONDER,
    risk=Risk.CHANGES,
    arguments=(
        Argument(
            "incident",
            "which incident, otherwise that of this channel; or `verify`, `list`, `send`",
            example="INC-12",
        ),
        Argument("of", "after `verify`, `list` and `send`: which incident", example="INC-12"),
    ),
    examples=("incident evidence INC-12", "incident evidence verify INC-12"),
    details=(
        "The Worker's log and analytics, deployments and who made them, database sessions, access "
        "rules, measurements, timeline, audit entries and playbook runs from two hours before it "
        "began until now, without secrets, with a manifest of SHA-256 sums. It is stored in the "
        "backup bucket, locked where the bucket offers that; its own sum goes on the timeline. A "
        "part that cannot be collected is named with the reason. Where the bucket refuses it, "
        "the bundle stays on the bot's machine, and `send` tries again. `verify` reads every "
        "bundle and checks each sum."
    ),
    guide="Security Incident Playbook, Containment",
    deadline=900.0,
)  # fmt: skip
SETTLE = Job(
    name="lessons-evidence",
    title="Noting bundles of evidence that a crash interrupted",
    when=lambda _settings: timedelta(minutes=5),
    run=look,
    deadline=60.0,
    quiet=True,
)
