"""Operations as a list, and one with its steps and buttons. Pure."""

from __future__ import annotations

import html
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
    dated,
    escape,
    fields,
    form_button,
    mention,
    section,
)
from bot.command import Block, Delivery, Reply
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from bot.moments import undated
from bot.phrases import elapsed, plural
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
_WORTH_ASKING_AGAIN = ("interrupted", "expired", "changed", "failed", "cancelled")
_STEPS_SHOWN = 25
_WORDS = {"requested": "waiting", "changed": "not run, its target had changed"}
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 2_000


def list_reply(found: OperationList) -> Reply:
    """The answer of `/pitchey operations`."""
    which = f" {_WORDS.get(found.state, found.state)}" if found.state else ""
    shown = len(found.records)
    if not found.records:
        text = f":information_source: No operations{which}."
        if not found.state:
            text = (
                ":information_source: No operations yet: nothing was asked that changes something."
            )
    else:
        text = f":clipboard: {plural(found.total, 'operation')}{which}"
        if shown < found.total:
            text += f", the newest {shown} shown"
        if not found.state:
            text += f"; {found.waiting or 'none'} waiting and {found.running or 'none'} running now"
        text += "."
    blocks: list[Block] = [section(f"*{text}*")]
    room = _ROOM
    for record in found.records:
        line = _line(record)
        room -= len(line) + 200
        if room < 0 or len(blocks) > 45:
            blocks.append(context("The others do not fit into one message; a smaller `--limit`."))
            break
        show = command_button("Show", f"operation {record.id}")
        blocks.append(section(line, accessory=show))
    line = f"operations --state {found.state}" if found.state else "operations"
    blocks.append(actions(command_button("Look again", line, delivery=Delivery.UPDATE)))
    data = [_data(record) for record in found.records]
    return Reply(text, blocks, data=data)


def detail_reply(detail: OperationDetail) -> Reply:
    """The answer of `/pitchey operation <id>`."""
    record, request = detail.record, detail.record.request
    text = (
        f"{_SIGNS[record.state]} {record.id} {_word(record)}: {_words_of(record)} "
        f"on {escape(request.target)}."
    )
    facts = [f"*Effect*\n{dated(request.effect)}", f"*Asked by*\n{_asked(record)}"]
    if request.reason:
        facts.append(f"*Why*\n{code(request.reason)}")
    if record.decided_at and (record.decider_id or record.decision):
        words = f": {code(record.decision)}" if record.decision else ""
        by = mention(record.decider_id, record.decider_name)
        facts.append(f"*Decided by*\n{by} at {date(record.decided_at)}{words}")
    if record.glass:
        facts.append(f"*Without a second person*\n{escape(record.glass)}")
    if record.resumes:
        facts.append(f"*Resumes*\n{code(record.resumes)}, {len(detail.before)} steps done there")
    if record.started_at:
        end = record.ended_at or detail.now
        facts.append(
            f"*Ran*\nfrom {date(record.started_at)}, for {elapsed(end - record.started_at)}"
        )
    blocks: list[Block] = [section(f"*{text}*"), fields(*facts)]
    if record.state.value == "requested":
        until = f"*Waits until {date(record.expires_at, '{time}')}.* {detail.who}"
        blocks.append(section(until.strip()))
    if steps := _steps(detail):
        blocks.append(section("\n".join(steps)))
    told = str((record.result or {}).get("text") or "")
    if told:
        blocks.append(section(f"*Result*\n{clip(told, 1_000)}"))
    if buttons := _buttons(detail):
        blocks.append(actions(*buttons))
    data = _data(record) | {"steps": [_step_data(step) for step in detail.steps]}
    return Reply(text, blocks, data=data)


def _buttons(detail: OperationDetail) -> list[Block]:
    """What the person who looks may do; looking again is everybody's."""
    record, request = detail.record, detail.record.request
    line, command = f"operation {record.id}", request.command
    change = confirm(
        clip(f"Change {request.target}?", 100),
        f"{request.target}: {request.effect}",
        "Yes, change it",
    )
    approve = confirm(
        clip(f"Approve {command}?", 100),
        f"{request.target}: {request.effect} Asked by {request.person_name}.",
        "Approve",
        "Not now",
    )
    reject = form_button(
        "Reject",
        "reason",
        style="danger",
        run=f"{line} reject",
        ask=f"Why reject {code(clip(command, 60))} on {escape(clip(request.target, 60))} "
        f"({record.id})? Whoever asked reads this.",
        act="Reject",
    )
    stop = confirm(
        clip(f"Cancel {command}?", 100),
        clip(f"{request.target}: {detail.cancelling}.", 300),
        "Cancel it",
        "Let it run",
        danger=True,
    )
    waits = record.state.value == "requested"
    offered = {
        "confirm": command_button(
            clip(f"Run {command}", 75), f"{line} confirm", style="primary", asks=change
        ),
        "approve": command_button(
            clip(f"Approve {command}", 75), f"{line} approve", style="primary", asks=approve
        ),
        "reject": reject,
        "cancel": command_button("Cancel the request", f"{line} cancel")
        if waits
        else command_button("Cancel it", f"{line} cancel", style="danger", asks=stop),
        "resume": command_button(clip(f"Resume {command}", 75), f"{line} resume"),
    }
    buttons = [button for act, button in offered.items() if act in detail.acts]
    if record.state.value in ("requested", "running"):
        buttons.append(command_button("Look again", line, delivery=Delivery.UPDATE))
    elif "again" in detail.acts and record.state.value in _WORTH_ASKING_AGAIN:
        buttons.append(command_button(clip(f"Ask again for {command}", 75), request.line))
    return buttons


def _line(record: OperationRecord) -> str:
    request = record.request
    why = f"\n{code(clip(request.reason, 150))}" if request.reason else ""
    when = date(record.ended_at or record.started_at or record.requested_at)
    ends = ""
    if record.state.value == "requested":
        ends = f", until {date(record.expires_at, '{time}')}"
    glass = ", :rotating_light: *glass broken*" if record.glass else ""
    return (
        f"{_SIGNS[record.state]} {code(record.id)} *{_word(record)}* {when}{ends}{glass}\n"
        f"{code(clip(html.unescape(request.line), 120))} on {escape(request.target)}, "
        f"{_asked(record)}{why}"
    )


def _words_of(record: OperationRecord) -> str:
    return code(html.unescape(record.request.line))


def _word(record: OperationRecord) -> str:
    return _WORDS.get(record.state.value, record.state.value)


def _asked(record: OperationRecord) -> str:
    return mention(record.request.person_id, record.request.person_name)


def _steps(detail: OperationDetail) -> list[str]:
    """Numbered on from what the operations before this one had done."""
    first = len(detail.before) + 1
    hidden = max(0, len(detail.steps) - _STEPS_SHOWN)
    ended = detail.record.ended_at
    return [
        _step(step, number, ended, detail.now)
        for number, step in enumerate(detail.steps[hidden:], first + hidden)
    ]


def _step(step: Step, number: int, ended: datetime | None, now: datetime) -> str:
    name = f"{number}. {escape(step.name)}"
    if step.finished_at is not None:
        return f":white_check_mark: {name}, done in {elapsed(step.finished_at - step.started_at)}"
    if ended is not None:
        return f":small_blue_diamond: {name}, not finished after {elapsed(ended - step.started_at)}"
    return f":small_blue_diamond: {name}, begun {elapsed(now - step.started_at)} ago"


def _data(record: OperationRecord) -> dict[str, object]:
    request = record.request
    return {
        "id": record.id,
        "state": record.state.value,
        "command": request.line,
        "target": request.target,
        "effect": undated(request.effect),
        "reason": request.reason,
        "asked_by": request.person_name,
        "decided_by": record.decider_name,
        "glass": record.glass,
        "requested_at": record.requested_at.isoformat(),
        "expires_at": record.expires_at.isoformat(),
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
