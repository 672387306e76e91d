"""Bundles of evidence as messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.lessons.words import marked

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord
    from bot.store.lessons_rows import EvidenceRecord
    from handlers.lessons.evidence.bundle import Verified

_SIGNS = {
    "stored": ":white_check_mark:",
    "kept here": ":warning:",
    "failed": ":x:",
    "interrupted": ":x:",
    "collecting": ":hourglass_flowing_sand:",
}


def size(count: int) -> str:
    """Bytes as people read them."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def preserved_reply(record: IncidentRecord, found: EvidenceRecord) -> Reply:
    """What was collected and where it is; what could not be, and why."""
    missing = [each for each in found.parts if each.problem]
    whole = f"{len(found.parts) - len(missing)} of {len(found.parts)} parts, {size(found.size)}"
    stored = found.state.value == "stored"
    sign = ":white_check_mark:" if stored and not missing else ":warning:"
    end = "" if stored else ", but only on the bot's machine: the bucket did not take it"
    name = f"{marked(record.drill)}Evidence {found.id} of {record.id}"
    text = f"{sign} {name} is preserved: {whole}{end}"
    blocks: list[Block] = [section(f"*{text}*"), section(_where(found))]
    if missing:
        lines = "\n".join(
            f"• {each.name}{' (in part)' if each.sha256 else ''}: {escape(clip(each.problem, 200))}"
            for each in missing
        )
        blocks.append(section(f"*Could not be collected*\n{lines}"))
    blocks.append(context("Its sum and place are on the timeline."))
    again = [] if stored else [command_button("Send it to the bucket", _send(record))]
    blocks.append(
        actions(
            *again,
            command_button("Verify it", f"incident evidence verify {record.id}"),
            command_button("Timeline", f"incident timeline {record.id}"),
        )
    )
    return Reply(text, blocks, data=data(found), exit_code=0 if stored else 1)


def _where(found: EvidenceRecord) -> str:
    if found.state.value == "stored":
        place = code(f"s3://{found.bucket}/{found.object}")
        locked = (
            f"Locked until {date(found.locked_until, '{date_short}')}: nobody can delete it before."
            if found.locked_until
            else f"Not locked: {escape(found.detail)}. Who may write to the bucket can delete it."
        )
    else:
        place = code(found.file)
        locked = f"{escape(found.detail)} Copy the file to a safe place, or send it again."
    return f"{place}\nSHA-256 {code(found.sha256)}\n{locked}"


def _send(record: IncidentRecord) -> str:
    return f"incident evidence send {record.id}"


def sent_reply(record: IncidentRecord, found: Sequence[EvidenceRecord]) -> Reply:
    """What the bucket took now, and what it still did not."""
    stored = [each for each in found if each.state.value == "stored"]
    name = f"{marked(record.drill)}{record.id}"
    if len(stored) == len(found):
        text = f":white_check_mark: {plural(len(found), 'bundle')} of {name} stored in the bucket"
    else:
        left = len(found) - len(stored)
        text = f":warning: {plural(left, 'bundle')} of {name} still only on the bot's machine"
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(f"*{each.id}*\n{_where(each)}") for each in found[-20:]]
    again = [] if len(stored) == len(found) else [command_button("Send again", _send(record))]
    verify = command_button("Verify", f"incident evidence verify {record.id}")
    blocks.append(actions(*again, verify))
    return Reply(
        text, blocks, data=[data(each) for each in found], exit_code=int(len(stored) < len(found))
    )


def verified_reply(
    record: IncidentRecord, found: Sequence[tuple[EvidenceRecord, Verified | str]]
) -> Reply:
    """Each bundle: as it was made, or what is wrong with it, or why it could not be read."""
    bad = sum(isinstance(each, str) or bool(each.problems) for _, each in found)
    name = f"{marked(record.drill)}{record.id}"
    if bad:
        text = f":x: {bad} of {plural(len(found), 'bundle')} of {name} could not be verified"
    elif len(found) == 1:
        text = f":white_check_mark: The bundle of {name} is as it was made"
    else:
        text = f":white_check_mark: The {len(found)} bundles of {name} are as they were made"
    blocks: list[Block] = [section(f"*{text}*")]
    for evidence, each in found:
        if isinstance(each, str):
            blocks.append(section(f":x: *{evidence.id}* cannot be read: {escape(each)}"))
        elif each.problems:
            wrong = "\n".join(f"• {escape(problem)}" for problem in each.problems[:10])
            blocks.append(section(f":x: *{evidence.id}* is not as it was made\n{wrong}"))
        else:
            blocks.append(
                section(
                    f":white_check_mark: *{evidence.id}* {plural(each.parts, 'part')}, "
                    f"{size(each.size)}, SHA-256 {code(each.sha256)}"
                )
            )
    told = [
        {"id": one.id, "intact": not isinstance(each, str) and not each.problems}
        for one, each in found
    ]
    return Reply(text, blocks, data=told, exit_code=1 if bad else 0)


def list_reply(record: IncidentRecord, found: Sequence[EvidenceRecord]) -> Reply:
    """Every bundle of an incident and how it ended."""
    kept = sum(each.state.value in ("stored", "kept here") for each in found)
    text = (
        f":file_cabinet: {marked(record.drill)}{record.id} has {plural(kept, 'bundle')} of evidence"
    )
    blocks: list[Block] = [section(f"*{text}*")]
    for each in found[-20:]:
        detail = f"\n{escape(each.detail)}" if each.detail else ""
        place = f"s3://{each.bucket}/{each.object}" if each.object else each.file
        where = f"\n{code(place)}" if place else ""
        blocks.append(
            section(
                f"{_SIGNS[each.state.value]} *{each.id}* {each.state.value}, "
                f"{date(each.began_at)}, by {escape(each.actor_name)}{where}{detail}"
            )
        )
    here = any(each.state.value == "kept here" for each in found)
    again = [command_button("Send to the bucket", _send(record))] if here else []
    preserve = command_button("Preserve evidence", f"incident evidence {record.id}")
    blocks.append(actions(*again, preserve))
    return Reply(text, blocks, data=[data(each) for each in found])


def data(found: EvidenceRecord) -> dict[str, object]:
    return {
        "id": found.id,
        "state": found.state.value,
        "bucket": found.bucket,
        "object": found.object,
        "file": found.file,
        "sha256": found.sha256,
        "size": found.size,
        "parts": [
            {"name": each.name, "sha256": each.sha256, "problem": each.problem}
            for each in found.parts
        ],
    }
