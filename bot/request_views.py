"""What a channel sees of a request for approval: the card, its end, the word to who asked. Pure."""

from __future__ import annotations

from bot.approval_views import (
    NOTHING,
    Before,
    act_line,
    again_button,
    plan_blocks,
    shown_line,
)
from bot.ask_buttons import reason_button
from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    confirm,
    context,
    date,
    escape,
    mention,
    section,
)
from bot.clearance import spoken
from bot.command import Block
from bot.rivals import rival_blocks, take_back_buttons
from bot.store.operation_rows import OperationRecord, State

Card = tuple[str, list[Block]]


def request_card(
    record: OperationRecord,
    word: str,
    who: str,
    before: Before = NOTHING,
    rival: OperationRecord | None = None,
) -> Card:
    """Who wants what, where and why, with Approve and Reject; `who` may approve, as a sentence."""
    request = record.request
    asked = mention(request.person_id, request.person_name)
    ends = date(record.expires_at, "{time}")
    text = (
        f":raised_hand: Approval wanted by {ends}: {asked} wants to run "
        f"{shown_line(record, word)} on {escape(request.target)}."
    )
    approve = command_button(
        clip(f"Approve {request.command}", 75),
        act_line(record, "approve"),
        style="primary",
        asks=confirm(
            clip(f"Approve {request.command}?", 100),
            f"{request.target}: {request.effect} Asked by {request.person_name}.",
            "Approve",
            "Not now",
        ),
    )
    withdraw = command_button("Cancel the request", act_line(record, "cancel"))
    return text, [
        section(f"*{text}*"),
        *plan_blocks(record, before),
        *rival_blocks(rival),
        section(who),
        actions(approve, reject_button(record), withdraw, *take_back_buttons(record, rival)),
        context(
            f"Nothing has changed yet. It expires at {ends} unless somebody decides. "
            f"Operation {code(record.id)}."
        ),
    ]


def reject_button(record: OperationRecord, style: str = "danger") -> Block:
    """Asks why, naming what is rejected."""
    request = record.request
    what = f"{code(clip(request.command, 60))} on {escape(clip(request.target, 60))}"
    question = f"Why reject {what} ({record.id})? Whoever asked reads this."
    return reason_button("Reject", act_line(record, "reject"), question, style=style)


def decided_card(record: OperationRecord, word: str) -> Card:
    """The request's card once it is decided: by whom and when, and no buttons to decide it."""
    request = record.request
    by = mention(record.decider_id, record.decider_name)
    when = date(record.decided_at or record.requested_at, "{time}")
    what = f"{shown_line(record, word)} on {escape(request.target)}"
    again: list[Block] = []
    match record.state:
        case State.REJECTED:
            text = f":no_entry: Rejected by {by} at {when}: {what}."
        case State.EXPIRED:
            text = f":hourglass: Expired at {when}: nobody approved {what} in time."
            again = [again_button(record)]
        case State.CHANGED:
            why = escape(record.decision) or "the target changed since it was asked for"
            text = f":warning: Not run: {what}: {why}."
            again = [again_button(record)]
        case State.CANCELLED if record.started_at is None:
            text = f":no_entry_sign: Cancelled by {by} at {when}: {what}."
        case _ if record.glass:
            text = f":rotating_light: Run without a second person by {by} at {when}: {what}."
        case _:
            text = f":white_check_mark: Approved by {by} at {when}: {what}."
    changed = "Nothing was changed. " if record.started_at is None else ""
    blocks = [section(f"*{text}*")]
    if record.decision and record.state is not State.CHANGED:
        blocks.append(section(f"*Why not*\n{spoken(record.decision)}"))
    blocks += plan_blocks(record)
    if again:
        blocks.append(actions(*again))
    blocks.append(context(f"{changed}Operation {code(record.id)}."))
    return text, blocks


def word_to_requester(record: OperationRecord) -> Card | None:
    """A message of its own below the card, as an edit calls nobody; None where nothing is new.

    What the requester did alone, they know; who asked in a terminal reads it there.
    """
    request = record.request
    if record.decider_id == request.person_id or not request.person_id.startswith(("U", "W")):
        return None
    asked = mention(request.person_id, request.person_name)
    by = mention(record.decider_id, record.decider_name)
    what = f"{code(request.command)} on {escape(request.target)}"
    again: list[Block] = []
    match record.state:
        case State.RUNNING if record.glass:
            text = f":rotating_light: {asked}: {by} runs {what} without a second person."
        case State.RUNNING:
            text = f":white_check_mark: {asked}: {by} approved {what}; it runs now."
        case State.REJECTED:
            text = f":no_entry: {asked}: {by} rejected {what}: {spoken(record.decision)}."
        case State.EXPIRED:
            ends = date(record.expires_at, "{time}")
            text = f":hourglass: {asked}: nobody decided on {what} by {ends}. Nothing was changed."
            again = [actions(again_button(record))]
        case State.CHANGED:
            why = escape(record.decision) or "the target changed meanwhile"
            text = f":warning: {asked}: {what} did not run: {why}."
            again = [actions(again_button(record))]
        case _:
            return None
    return text, [section(text), *again, context(f"Operation {code(record.id)}.")]
