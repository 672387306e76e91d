"""Puts a bundle into the bucket, and writes where it is on the incident's timeline."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.store.incidents_rows import Actor, IncidentRecord
from bot.store.lessons_rows import EvidenceRecord, EvidenceState
from bot.store.timeline import TimelineEntry
from handlers.lessons.evidence import keeping
from handlers.lessons.evidence.bundle import digest

if TYPE_CHECKING:
    from bot.command import Operation
    from bot.runtime import Runtime


async def keep(
    runtime: Runtime, record: IncidentRecord, actor: Actor, made: EvidenceRecord
) -> EvidenceState:
    """Store the file of `made`; where the bucket does not take it, it stays and that is noted."""
    bucket, settings = runtime.clients.backups, runtime.settings.lessons
    target = Path(made.file)
    key = f"{settings.evidence_prefix}{record.id}/{made.began_at:%Y%m%dT%H%M%SZ}-{target.name}"
    store = runtime.store.lesson_evidence
    try:
        await keeping.store(bucket, key, target, made.sha256)
    except OpsError as error:
        detail = runtime.redactor.text(error.message)
        # Told once; another try that fails says nothing new to the timeline.
        where = f"on the bot's machine ({target}); {detail}"
        entry = (
            None if made.state is EvidenceState.KEPT_HERE else _entry(runtime, actor, made, where)
        )
        store.end(
            made.number, EvidenceState.KEPT_HERE, entry, runtime.now(), file=str(target),
            detail=detail,
        )  # fmt: skip
        return EvidenceState.KEPT_HERE
    try:
        locked = await keeping.lock(bucket, key, settings.evidence_lock_days, runtime.now())
    except OpsError as error:
        locked = keeping.Locked(None, runtime.redactor.text(error.message.rstrip(".")))
    until = (
        f", locked until {locked.until:%Y-%m-%d}" if locked.until else f"; not locked: {locked.why}"
    )
    entry = _entry(runtime, actor, made, f"s3://{bucket.name}/{key}{until}")
    store.end(
        made.number, EvidenceState.STORED, entry, runtime.now(), bucket=bucket.name, key=key,
        locked_until=locked.until, detail=locked.why,
    )  # fmt: skip
    await asyncio.to_thread(target.unlink, True)
    return EvidenceState.STORED


def kept_here(runtime: Runtime, record: IncidentRecord) -> tuple[EvidenceRecord, ...]:
    """The bundles of an incident that lie on the bot's machine alone."""
    found = runtime.store.lesson_evidence.of(record.id)
    return tuple(each for each in found if each.state is EvidenceState.KEPT_HERE)


async def send(
    runtime: Runtime, record: IncidentRecord, actor: Actor, operation: Operation
) -> tuple[EvidenceRecord, ...]:
    """Try again to store what lies here; answers each bundle as it is now.

    A file that is gone, or is not what was made, is left where it is and says so.
    """
    numbers = set()
    for each in kept_here(runtime, record):
        await operation.step(f"Store {each.id} in the bucket")
        numbers.add(each.number)
        if problem := await asyncio.to_thread(_problem, each):
            runtime.store.lesson_evidence.end(
                each.number, EvidenceState.KEPT_HERE, None, runtime.now(), file=each.file,
                detail=problem,
            )  # fmt: skip
            continue
        await keep(runtime, record, actor, each)
    found = runtime.store.lesson_evidence.of(record.id)
    return tuple(each for each in found if each.number in numbers)


def _problem(each: EvidenceRecord) -> str:
    try:
        with Path(each.file).open("rb") as file:
            sha256, _ = digest(file)
    except OSError as error:
        return f"The file cannot be read: {error.strerror}."
    return "" if sha256 == each.sha256 else "The file was changed since: its SHA-256 is another."


def _entry(runtime: Runtime, actor: Actor, made: EvidenceRecord, where: str) -> TimelineEntry:
    now, parts = runtime.now(), made.parts
    missing = [each.name for each in parts if each.problem]
    lacking = f" Not collected: {', '.join(missing)}." if missing else ""
    verb = "stored in the bucket" if made.state is EvidenceState.KEPT_HERE else "preserved"
    text = (
        f"Evidence {made.id} {verb}: {len(parts) - len(missing)} of {len(parts)} parts, "
        f"{made.size:,} bytes, SHA-256 {made.sha256}, {where}.{lacking}"
    )
    stored = ":stored" if made.state is EvidenceState.KEPT_HERE else ""
    return TimelineEntry(
        now, now, "evidence", actor.id, actor.name, runtime.redactor.text(text),
        f"evidence:{made.number}{stored}", "bot",
    )  # fmt: skip
