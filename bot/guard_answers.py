"""The guard's short answers to one person. Pure."""

from __future__ import annotations

from bot.approval_views import REJECT_QUESTION, again_button, summary
from bot.ask_buttons import reason_button
from bot.blocks import actions, code, command_button, context, escape, section
from bot.clearance import happened, held
from bot.command import Reply
from bot.store.operation_rows import OperationRecord, State


def begun(record: OperationRecord, channel: str) -> Reply:
    """It runs now; progress and result are in the channel."""
    where = channel if channel.startswith("#") else f"<#{channel}>"
    text = (
        f":rocket: Started: {code(record.request.command)} on {escape(record.request.target)}. "
        f"Progress and result are in {where}."
    )
    outcome = "glass broken" if record.glass else "started"
    return Reply(
        text,
        [section(f"*{text}*"), context(f"Operation {code(record.id)}.")],
        outcome=outcome,
        data=summary(record),
    )


def told(record: OperationRecord) -> Reply:
    """Too late: what happened, by whom and when."""
    text = f":information_source: Nothing done: {happened(record)}"
    buttons = [command_button("Show the operation", f"operation {record.id}")]
    if record.state in (State.EXPIRED, State.CHANGED):
        buttons.insert(0, again_button(record))
    return Reply(
        text,
        [section(text), actions(*buttons)],
        outcome="refused",
        exit_code=3,
        data=summary(record),
    )


def resumed(record: OperationRecord, by: OperationRecord) -> Reply:
    """Somebody was quicker to resume it, or it went on in another one since."""
    text = (
        f":information_source: Nothing done: {code(record.id)} is resumed by {code(by.id)} already."
    )
    return Reply(
        text,
        [
            section(text),
            context(happened(by)),
            actions(command_button("Show that operation", f"operation {by.id}")),
        ],
        outcome="refused",
        exit_code=3,
        data=summary(by),
    )


def not_allowed(record: OperationRecord, why: str, hint: str = "") -> Reply:
    """The person may not decide this."""
    text = f":no_entry: Refused: {why}"
    return Reply(
        text,
        [section(text), context(" ".join(filter(None, (hint, f"Operation {code(record.id)}."))))],
        outcome="refused",
        exit_code=3,
        data=summary(record),
    )


def busy(holder: OperationRecord) -> Reply:
    """Another operation has the target."""
    text = f":lock: Not now: {held(holder)}"
    return Reply(
        text,
        [
            section(text),
            context("Nothing was changed. Try again once it has ended."),
            actions(command_button("Show what runs", f"operation {holder.id}")),
        ],
        outcome="refused",
        exit_code=75,
        data=summary(holder),
    )


def changed(record: OperationRecord) -> Reply:
    """The plan of now is another than the one that was asked for."""
    text = (
        f":warning: Not run: {escape(record.request.target)} changed since it was asked for. "
        "Ask again."
    )
    return Reply(
        text,
        [
            section(f"*{text}*"),
            actions(again_button(record)),
            context(f"Nothing was changed. Operation {code(record.id)}."),
        ],
        outcome="refused",
        exit_code=3,
        data=summary(record),
    )


def closed(record: OperationRecord) -> Reply:
    """The person's own decision took effect."""
    text = f":no_entry_sign: {happened(record)} Nothing was changed."
    return Reply(text, [section(text)], outcome=record.state.value, data=summary(record))


def cancelling(record: OperationRecord) -> Reply:
    text = f":no_entry_sign: {code(record.id)} ends after the step that runs now."
    return Reply(text, [section(text)], outcome="cancelling", data=summary(record))


def why_rejected(record: OperationRecord) -> Reply:
    """A rejection says why."""
    text = f":grey_question: Say why {code(record.id)} is rejected."
    ask = reason_button("Reject", f"operation {record.id} reject", REJECT_QUESTION)
    return Reply(text, [section(text), actions(ask)], outcome="rejected", exit_code=64)


def no_glass() -> Reply:
    text = ":no_entry: Refused: only the commander of a declared SEV1 may run it alone."
    hint = "Leave out `--break-glass`: a second person then approves it."
    return Reply(text, [section(text), context(hint)], outcome="refused", exit_code=3)
