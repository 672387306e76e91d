"""The guard's short answers to one person. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.approval_views import again_button, summary
from bot.blocks import actions, code, command_button, context, date, escape, section
from bot.clearance import happened, held
from bot.command import Reply
from bot.request_views import reject_button
from bot.store.operation_rows import OperationRecord, State, Step

_GLASS, _STARTED = "glass broken", "started"
INTERRUPTED = 75  # sysexits.h EX_TEMPFAIL
_EXITS = {
    State.REQUESTED: INTERRUPTED,
    State.RUNNING: 0,
    State.SUCCEEDED: 0,
    State.FAILED: 69,
    State.CANCELLED: 1,
    State.REJECTED: 3,
    State.CHANGED: 3,
    State.EXPIRED: INTERRUPTED,
    State.INTERRUPTED: INTERRUPTED,
}


def begun(record: OperationRecord, channel: str) -> Reply:
    """It runs now; progress and result are in the channel."""
    where = _where(channel)
    text = (
        f":rocket: Started: {code(record.request.command)} on {escape(record.request.target)}. "
        f"Progress and result are in {where}."
    )
    outcome = _GLASS if record.glass else _STARTED
    return Reply(
        text,
        [section(f"*{text}*"), context(f"Operation {code(record.id)}.")],
        outcome=outcome,
        data={**summary(record), "told_in": channel},
    )


def begun_operation(reply: Reply) -> tuple[str, str]:
    """The operation that `begun` told of, and its channel; empty for any other reply."""
    if reply.outcome not in (_GLASS, _STARTED) or not isinstance(reply.data, dict):
        return "", ""
    return str(reply.data.get("operation", "")), str(reply.data.get("told_in", ""))


def ended(record: OperationRecord, channel: str) -> Reply:
    """What takes the place of `begun`: how it ended, and where that is told."""
    sign = ":white_check_mark:" if record.state is State.SUCCEEDED else ":warning:"
    text = (
        f"{sign} Ended: {code(record.request.command)} on {escape(record.request.target)}, "
        f"{record.state}. The result is in {_where(channel)}."
    )
    return Reply(text, [section(text), context(f"Operation {code(record.id)}.")])


def _where(channel: str) -> str:
    return channel if channel.startswith("#") else f"<#{channel}>"


def told(record: OperationRecord, outcome: str = "refused") -> Reply:
    """What happened, by whom and when: too late to decide, or the end of a wait.

    The exit code is that of the operation's own state (docs/how-to/run.md).
    """
    text = f":information_source: Nothing done: {happened(record)}"
    buttons = [command_button("Show the operation", f"operation {record.id}")]
    if record.state in (State.EXPIRED, State.CHANGED):
        buttons.insert(0, again_button(record))
    return Reply(
        text,
        [section(text), actions(*buttons)],
        outcome=outcome,
        exit_code=_EXITS[record.state],
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
        exit_code=_EXITS[by.state],
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


def cancelling(record: OperationRecord, ends: str) -> Reply:
    text = f":no_entry_sign: {code(record.id)} is being cancelled: {ends}."
    return Reply(text, [section(text)], outcome="cancelling", data=summary(record))


def why_rejected(record: OperationRecord, short: str) -> Reply:
    """A rejection says why; `short` is the reason that was no reason."""
    text = f":question: Say why {code(record.id)} is rejected."
    if short:
        text = f":question: {code(short)} is too short: say why {code(record.id)} is rejected."
    blocks = [section(text), context("At least 3 characters."), actions(reject_button(record, ""))]
    return Reply(text, blocks, outcome="not understood", exit_code=64)


def no_glass(*, at_terminal: bool = False) -> Reply:
    """Who may break the glass, as the person may not."""
    text = ":no_entry: Refused: only the commander of a declared SEV1 may run it alone."
    hint = (
        "Leave out `--break-glass`: a second person then approves it. A SEV1 is declared with "
        '`/pitchey incident declare "…" --severity SEV1`; `/pitchey incident take commander` there '
        "makes you its commander."
    )
    if at_terminal:
        text = ":no_entry: Refused: in a terminal only an admin may run it alone."
        hint = "Leave out `--break-glass`: a second person then approves it in Slack."
    return Reply(text, [section(text), context(hint)], outcome="refused", exit_code=3)


def not_run(record: OperationRecord, *, stopped: bool, waits: bool) -> Reply:
    """No at the terminal's question, or Ctrl-C there; `waits` where the request stays open."""
    what = f"{code(record.request.command)} on {escape(record.request.target)}"
    how = "Ctrl-C" if stopped else "not confirmed"
    text = f":no_entry_sign: Not run ({how}): {what}. Nothing had started."
    hint = f"The request {code(record.id)} was withdrawn."
    if waits:
        hint = f"The request {code(record.id)} still waits until {date(record.expires_at)}."
    return Reply(
        text,
        [section(text), context(hint)],
        outcome=State.CANCELLED.value,
        exit_code=INTERRUPTED if stopped else _EXITS[State.CANCELLED],
        data=summary(record),
    )


def stopped_here(record: OperationRecord, steps: Sequence[Step], *, resumable: bool) -> Reply:
    """Ctrl-C while it ran at the terminal: how far it got, and how to go on."""
    what = f"{code(record.request.command)} on {escape(record.request.target)}"
    text = f":warning: Interrupted by Ctrl-C: {what} stopped as {code(record.id)}."
    done = [step.name for step in steps if step.finished_at is not None]
    begun = [step.name for step in steps if step.finished_at is None]
    known = f"Last finished step: *{escape(done[-1])}*." if done else "No step had finished."
    if begun:
        known += f" *{escape(begun[-1])}* had begun and may be half done: look before you go on."
    follow = f"/pitchey operation {record.id} resume"
    on = f"Go on: {code(follow)}." if resumable else "It begins anew: ask for it again."
    return Reply(
        text,
        [section(text), section(known), section(on)],
        outcome=State.INTERRUPTED.value,
        exit_code=INTERRUPTED,
        data=summary(record),
    )


def left(record: OperationRecord, channel: str) -> Reply:
    """Ctrl-C while a terminal waited for an approval, or for the bot to finish."""
    ends = date(record.expires_at, "{time}")
    text = (
        f":hourglass_flowing_sand: {code(record.id)} stays open in {channel} until {ends}; "
        "this terminal no longer waits for it."
    )
    if record.state is State.RUNNING:
        text = (
            f":hourglass_flowing_sand: {code(record.id)} goes on in the bot; this terminal no "
            "longer waits for it."
        )
    line = f"/pitchey operation {record.id}"
    hint = f"See {code(line)}, or cancel it with {code(f'{line} cancel')}."
    return Reply(
        text,
        [section(text), section(hint)],
        outcome=record.state.value,
        exit_code=INTERRUPTED,
        data=summary(record),
    )
