"""Collects a bundle, keeps it, and writes where it is on the incident's timeline."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import OpsError
from bot.incident_times import times_of
from bot.store.incidents_rows import Actor, IncidentRecord
from bot.store.lessons_rows import EvidenceRecord, EvidenceState, Part
from handlers.lessons.evidence import bundle, storing
from handlers.lessons.evidence.collecting import BEFORE, SOURCES, Scene, write

if TYPE_CHECKING:
    from bot.command import Operation
    from bot.runtime import Runtime

PART_SECONDS = 45.0


def home(runtime: Runtime) -> Path:
    """The folder beside the store in which bundles are made, and stay where nothing takes them."""
    return runtime.settings.store.path.parent / "evidence"


def scene_of(runtime: Runtime, record: IncidentRecord) -> Scene:
    """From two hours before it began until it was over, or now."""
    changes = runtime.store.incidents.changes(record.id)
    times = times_of(record.began_at, record.declared_at, changes)
    since = min(times.began, times.detected) - BEFORE
    return Scene(runtime, record, since, runtime.now())


async def preserve(
    runtime: Runtime, record: IncidentRecord, actor: Actor, operation: Operation
) -> EvidenceRecord:
    """The record of the bundle, however far it came; raises OpsError where nothing was kept."""
    store = runtime.store.lesson_evidence
    begun = store.begin(record.id, operation.id, actor, runtime.now())
    folder = home(runtime) / f".{begun.id.lower()}"
    target = home(runtime) / f"{record.id.lower()}-{begun.id.lower()}.tar.gz"
    try:
        await asyncio.to_thread(_make, folder)
        parts = await _collect(scene_of(runtime, record), folder, operation)
        await operation.step("Pack the bundle")
        about = _about(runtime, record, begun)
        whole = await asyncio.to_thread(bundle.pack, target, folder, parts, about)
        store.bundled(begun.number, str(target), whole.sha256, whole.size, parts)
        await operation.step("Store it in the bucket")
        made = replace(
            begun, file=str(target), sha256=whole.sha256, size=whole.size, parts=tuple(parts)
        )
        await storing.keep(runtime, record, actor, made)
    except OSError as error:
        detail = f"The bundle cannot be written: {error.strerror}."
        store.end(begun.number, EvidenceState.FAILED, None, runtime.now(), detail=detail)
        raise OpsError(detail, f"Look at the disk that holds {home(runtime)}.") from error
    except OpsError as error:
        store.end(begun.number, EvidenceState.FAILED, None, runtime.now(), detail=error.message)
        raise
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)
    return next(each for each in store.of(record.id) if each.number == begun.number)


async def _collect(scene: Scene, folder: Path, operation: Operation) -> tuple[Part, ...]:
    """Every part in its turn; one that fails is named, and the others go on."""
    parts = []
    for source in SOURCES:
        await operation.step(f"Collect {source.title}")
        path, problem = folder / source.name, ""
        try:
            async with asyncio.timeout(PART_SECONDS):
                await write(source, scene, path, _beat)
        except TimeoutError:
            problem = f"no answer within {PART_SECONDS:.0f} s"
        except OpsError as error:
            problem = scene.runtime.redactor.text(error.message.rstrip("."))
        part = await asyncio.to_thread(bundle.part_of, path)
        # What came before a failure is evidence as well.
        kept = part if part.size else Part(source.name)
        parts.append(part if not problem else replace(kept, problem=problem))
    return tuple(parts)


def settle_lost(runtime: Runtime) -> int:
    """Bundles whose process ended in the middle are interrupted; answers how many."""
    store, lost = runtime.store.lesson_evidence, 0
    for each in store.collecting():
        operation = runtime.store.operations.get(each.operation)
        if operation is not None and not operation.state.final:
            continue
        whole = bool(each.sha256) and Path(each.file).exists()
        state = EvidenceState.KEPT_HERE if whole else EvidenceState.INTERRUPTED
        detail = "The bot stopped before it was stored." if whole else "The bot stopped meanwhile."
        store.end(
            each.number, state, None, runtime.now(), file=each.file if whole else "",
            detail=detail,
        )  # fmt: skip
        shutil.rmtree(home(runtime) / f".{each.id.lower()}", ignore_errors=True)
        lost += 1
    return lost


async def look(runtime: Runtime, _due: datetime) -> str:
    return f"{await asyncio.to_thread(settle_lost, runtime)} interrupted"


async def _beat() -> None:
    """Let others have their turn while much is written."""
    await asyncio.sleep(0)


def _make(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def _about(runtime: Runtime, record: IncidentRecord, begun: EvidenceRecord) -> dict[str, object]:
    entries, head = runtime.store.timeline.head(record.id)
    audited, audit_head = runtime.store.audit.head()
    return {
        "bundle": begun.id,
        "incident": record.id,
        "drill": record.drill,
        "collected_at": begun.began_at.isoformat(),
        "collected_by": begun.actor_name,
        "timeline": {"entries": entries, "head": head},
        "audit": {"entries": audited, "head": audit_head},
    }
