"""Operations as a list, and one with its steps and buttons. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    confirm,
    context,
    date,
    escape,
    fields,
    section,
)
from bot.command import Block, Delivery, Reply
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from handlers.operations.result import OperationDetail, OperationList

if TYPE_CHECKING:
    from bot.store.operation_rows import OperationRecord, Step

_SIGNS = {
    "requested": ":raised_hand:",
    "running": ":hourglass_flowing_sand:",
    "succeeded": ":white_check_mark:",
    "failed": ":x:",
    "cancelled": ":no_entry_sign:",
    "rejected": ":no_entry:",
    "expired": ":hourglass:",
    "changed": ":warning:",
    "interrupted": ":warning:",
}
_WORDS = {"requested": "waiting", "changed": "not run, its target had changed"}
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 2_000
_TERMINAL = "terminal:"


def list_reply(found: OperationList) -> Reply:
    """The answer of `/pitchey operations`."""
    states = [record.state.value for record in found.records]
    waiting, running = states.count("requested"), states.count("running")
    if not found.records:
        text = ":information_source: No operations yet: nothing was asked that changes something."
    else:
        open_ones = f"{waiting} waiting, {running} running"
        newest = "the newest " if found.more else ""
        text = f":clipboard: Operations: {open_ones}, of {newest}{len(states)}."
    blocks: list[Block] = [section(f"*{text}*")]
    room = _ROOM
    for record in found.records:
        line = _line(record)
        room -= len(line) + 200
        if room < 0 or len(blocks) > 45:
            blocks.append(context("Older ones fit too. Narrow it: `operations --state running`."))
            break
        show = command_button("Show", f"operation {record.id}")
        blocks.append(section(line, accessory=show))
    blocks.append(actions(command_button("Look again", "operations", delivery=Delivery.UPDATE)))
    data = [_data(record) for record in found.records]
    return Reply(text, blocks, data=data)


def detail_reply(detail: OperationDetail) -> Reply:
    """The answer of `/pitchey operation <id>`."""
    record, request = detail.record, detail.record.request
    text = (
        f"{_SIGNS[record.state]} {record.id} {_word(record)}: {code(request.line)} "
        f"on {escape(request.target)}."
    )
    facts = [f"*Effect*\n{escape(request.effect)}", f"*Asked by*\n{_asked(record)}"]
    if request.reason:
        facts.append(f"*Why*\n{escape(request.reason)}")
    if record.decided_at and (record.decider_id or record.decision):
        words = f": {escape(record.decision)}" if record.decision else ""
        by = _person(record.decider_id, record.decider_name)
        facts.append(f"*Decided by*\n{by} at {date(record.decided_at)}{words}")
    if record.glass:
        facts.append(f"*Without a second person*\n{escape(record.glass)}")
    if record.started_at:
        end = record.ended_at or detail.now
        facts.append(f"*Ran*\nfrom {date(record.started_at)}, for {_span(record.started_at, end)}")
    blocks: list[Block] = [section(f"*{text}*"), fields(*facts)]
    if detail.steps:
        blocks.append(section("\n".join(_step(step, detail.now) for step in detail.steps[-25:])))
    told = str((record.result or {}).get("text") or "")
    if told:
        blocks.append(section(f"*Result*\n{clip(told, 1_000)}"))
    if buttons := _buttons(detail):
        blocks.append(actions(*buttons))
    data = _data(record) | {"steps": [_step_data(step) for step in detail.steps]}
    return Reply(text, blocks, data=data)


def _buttons(detail: OperationDetail) -> list[Block]:
    record, request = detail.record, detail.record.request
    line = f"operation {record.id}"
    again = command_button(clip(f"Ask again for {request.command}", 75), request.line)
    look = command_button("Look again", line, delivery=Delivery.UPDATE)
    match record.state.value:
        case "requested":
            return [
                command_button("Cancel the request", f"{line} cancel"),
                look,
            ]
        case "running":
            stop = command_button(
                "Cancel it",
                f"{line} cancel",
                style="danger",
                asks=confirm(
                    clip(f"Cancel {request.command}?", 100),
                    f"{request.target}: it ends after the step that runs now.",
                    "Cancel it",
                    "Let it run",
                    danger=True,
                ),
            )
            return [stop, look] if detail.cancellable else [look]
        case "interrupted" if detail.resumable:
            resume = command_button(clip(f"Resume {request.command}", 75), f"{line} resume")
            return [resume, again]
        case "interrupted" | "expired" | "changed" | "failed" | "cancelled":
            return [again]
    return []


def _line(record: OperationRecord) -> str:
    request = record.request
    why = f"\n{escape(clip(request.reason, 150))}" if request.reason else ""
    when = date(record.ended_at or record.started_at or record.requested_at)
    return (
        f"{_SIGNS[record.state]} {code(record.id)} *{_word(record)}* {when}\n"
        f"{code(clip(request.line, 120))} on {escape(request.target)}, {_asked(record)}{why}"
    )


def _word(record: OperationRecord) -> str:
    return _WORDS.get(record.state.value, record.state.value)


def _asked(record: OperationRecord) -> str:
    return _person(record.request.person_id, record.request.person_name)


def _person(person_id: str, name: str) -> str:
    if not person_id or person_id.startswith(_TERMINAL):
        return f"{escape(name or 'the bot')} (terminal)" if name else "the bot"
    return f"<@{person_id}>"


def _step(step: Step, now: datetime) -> str:
    if step.finished_at is not None:
        took = _span(step.started_at, step.finished_at)
        return f":white_check_mark: {escape(step.name)}, done in {took}"
    return f":small_blue_diamond: {escape(step.name)}, begun {_span(step.started_at, now)} ago"


def _span(began: datetime, ended: datetime) -> str:
    seconds = max(0, int((ended - began).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"


def _data(record: OperationRecord) -> dict[str, object]:
    request = record.request
    return {
        "id": record.id,
        "state": record.state.value,
        "command": request.line,
        "target": request.target,
        "effect": request.effect,
        "reason": request.reason,
        "asked_by": request.person_name,
        "decided_by": record.decider_name,
        "glass": record.glass,
        "requested_at": record.requested_at.isoformat(),
        "started_at": record.started_at.isoformat() if record.started_at else None,
        "ended_at": record.ended_at.isoformat() if record.ended_at else None,
        "resumes": record.resumes,
    }


def _step_data(step: Step) -> dict[str, object]:
    ended = step.finished_at
    return {
        "name": step.name,
        "started_at": step.started_at.isoformat(),
        "finished_at": ended.isoformat() if ended else None,
    }
