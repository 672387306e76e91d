"""A report before it goes out: shown to whoever prepares it. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import (
    actions,
    command_button,
    confirm,
    context,
    date,
    divider,
    escape,
    field_input,
    form_button,
    modal,
    section,
    text_input,
)
from bot.command import Block, Delivery, Reply
from handlers.reports.rendering import message_of
from handlers.reports.result import Made
from handlers.reports.views import data

WORDS, UPCOMING = "words", "upcoming"
WORDS_LONGEST = 1_500
EDIT_FORM = "report_edit"


def draft_message(
    made: Made, channel: str, goes_at: datetime | None, state: str
) -> tuple[str, list[Block]]:
    """`state` says where it stands, in words; without `goes_at` it goes when somebody sends it."""
    facts = made.facts
    when = f"goes to {_place(channel)} {date(goes_at)}" if goes_at else "goes when you send it"
    text = f":memo: Draft of the report for {facts.words}: {when}"
    report = message_of(made)[1][:-1]
    blocks: list[Block] = [
        section(f"*{text}*\n{escape(state)}"),
        actions(
            form_button(
                "Edit", EDIT_FORM, delivery=Delivery.UPDATE, period=facts.period, kind=facts.kind
            ),
            command_button(
                "Approve", f"report approve {facts.period}", delivery=Delivery.UPDATE,
                style="primary",
            ),
            _send_button(facts.period, channel),
        ),
        context(
            "Without an answer it goes out as it is, and says so. Plots are drawn then."
            if goes_at
            else "It does not go out by itself. Plots are drawn when it is sent."
        ),
        divider(),
        *report,
    ]  # fmt: skip
    return text, blocks


def preview_reply(made: Made, note: str, files_note: str = "", sends_to: str = "") -> Reply:
    """The report for one person, with what becomes of it; `sends_to` is where a button sends it."""
    text, blocks = message_of(made)
    told = [context(" ".join(each for each in (note, files_note) if each))]
    if sends_to:
        told.append(actions(_send_to(made, sends_to)))
    return Reply(text, [*blocks[:1], *told, *blocks[1:]], data=data(made), private=True)


def _send_to(made: Made, channel: str) -> Block:
    facts = made.facts
    name = channel if channel.startswith("#") else "its channel"
    return command_button(
        f"Send it to {name}"[:75], f"report {facts.kind} {facts.period} --to {channel}",
        style="primary",
        asks=confirm(
            "Send the report?", f"It goes to {name} at once, for everybody there to read.",
            "Send it", "Not yet",
        ),
    )  # fmt: skip


def draft_reply(made: Made, channel: str, goes_at: datetime | None, state: str) -> Reply:
    text, blocks = draft_message(made, channel, goes_at, state)
    return Reply(text, blocks, data=data(made))


def approved_reply(made: Made, channel: str, goes_at: datetime | None, by: str) -> Reply:
    facts = made.facts
    when = f"It goes to {_place(channel)} {date(goes_at)}." if goes_at else "Send it when you like."
    text = f":white_check_mark: The report for {facts.words} is approved by {escape(by)}"
    blocks = [
        section(f"*{text}*\n{when}"),
        actions(
            form_button(
                "Edit", EDIT_FORM, delivery=Delivery.UPDATE, period=facts.period, kind=facts.kind
            ),
            _send_button(facts.period, channel),
            command_button("Show it", f"report preview {facts.kind} {facts.period}"),
        ),
    ]
    return Reply(text, blocks)


def gone_message(made: Made, channel: str) -> tuple[str, list[Block]]:
    """What stands in the place of a draft whose report went out."""
    facts = made.facts
    text = f":outbox_tray: The report for {facts.words} went to {_place(channel)}"
    note = made.note or "sent by itself"
    blocks: list[Block] = [
        section(f"*{text}*\n{escape(note[:1].upper() + note[1:])}."),
        context(
            f"`/pitchey report {facts.kind} {facts.period} --to {channel}` tells a correction, "
            "if there is one."
        ),
    ]
    return text, blocks


def sent_reply(made: Made, channel: str, *, fresh: bool) -> Reply:
    """The answer to whoever had it sent; everybody sees the report itself."""
    facts = made.facts
    where = _place(channel)
    if not fresh:
        text = (
            f":information_source: The report for {facts.words} is in {where} already, "
            "and its figures are the same"
        )
        return Reply(text, [section(f"*{text}*")], data=data(made))
    correction = f", corrected ({len(made.changes)} changes)" if made.changes else ""
    text = f":outbox_tray: Sent to {where}: the report for {facts.words}{correction}"
    blocks: list[Block] = [
        section(f"*{text}*"),
        context(
            f"Everybody in {where} can read it now. Plots are in the message; details, PDF, HTML "
            "and Markdown come below it."
        ),
    ]
    return Reply(text, blocks, data=data(made))


def edit_modal(words: str, period: str) -> Block:
    return modal(
        EDIT_FORM,
        "Edit the report",
        [
            field_input(
                "Your words at the top", WORDS,
                text_input(
                    "entered", multiline=True, max_length=WORDS_LONGEST,
                    **({"initial_value": words} if words else {}),
                ),
                optional=True, hint="Figures cannot be edited: they come from the record.",
            ),
            field_input(
                "Add upcoming work", UPCOMING, text_input("entered", max_length=300),
                optional=True, hint=f"One line for the report of {period}.",
            ),
        ],
        submit="Save",
    )  # fmt: skip


def _send_button(period: str, channel: str) -> Block:
    return command_button(
        "Send now", f"report send {period}", delivery=Delivery.UPDATE,
        asks=confirm(
            "Send the report now?",
            f"It goes to {channel} at once, for everybody there to read.",
            "Send it", "Not yet",
        ),
    )  # fmt: skip


def _place(channel: str) -> str:
    return f"<#{channel}>" if channel.startswith(("C", "G")) else channel
