"""Indexes that were made, dropped, recognised or proposed, as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, escape, section
from bot.command import Block, Reply
from handlers.database_care.indexing.looking import Existing, Proposal
from handlers.database_care.indexing.working import Dropped, Made
from handlers.database_care.wording import counted, lasting, size, word

_HOW = {
    "same": "is the same index",
    "all rows": "has the same columns for all rows, so it does the same work",
    "begins with it": "begins with the same columns, so it does the same work",
}


def made_reply(found: Made) -> Reply:
    if found.cancelled:
        text = ":no_entry_sign: Cancelled: the index was not made."
        note = "Nothing stays behind."
        if found.left:
            note = f"{code(found.left)} stays, invalid: it slows writes. Drop it."
        blocks: list[Block] = [section(f"*{text}*"), section(note)]
        if found.left:
            blocks.append(actions(command_button("Drop it", f"db drop-index {word(found.left)}")))
        return Reply(text, blocks, data=found, outcome="cancelled", exit_code=1)
    text = (
        f":white_check_mark: {escape(found.name)} was made on {escape(found.table)} in "
        f"{lasting(found.seconds)}: {size(found.bytes)}."
    )
    return Reply(
        text,
        [
            section(f"*{text}*"),
            section(_fenced(found.ddl)),
            context("Whether queries use it shows in `db slow` and, after a while, `db indexes`."),
            actions(
                command_button("Show slow queries", "db slow"),
                command_button("Drop it again", f"db drop-index {word(found.name)} --anyway"),
            ),
        ],
        data=found,
    )


def dropped_reply(found: Dropped) -> Reply:
    if found.cancelled:
        text = f":no_entry_sign: Cancelled: {escape(found.name)} was not dropped."
        return Reply(text, [section(f"*{text}*")], data=found, outcome="cancelled", exit_code=1)
    text = (
        f":white_check_mark: {escape(found.name)} of {escape(found.table)} was dropped: "
        f"{size(found.bytes)} gained."
    )
    return Reply(
        text,
        [
            section(f"*{text}*"),
            section(f"It is made again by\n{_fenced(found.ddl)}"),
            context("The bot keeps this statement."),
            actions(
                command_button("Make it again", f"db create-index {word(found.name)}"),
                command_button("Show indexes", "db indexes"),
            ),
        ],
        data=found,
    )


def exists_reply(name: str, found: Existing, again: str) -> Reply:
    """There is nothing to make."""
    if not found.valid:
        text = f":warning: {escape(found.name)} is that index, but it is not valid."
        buttons = [
            command_button("Build it anew", f"db reindex {word(found.name)}"),
            command_button("Drop it", f"db drop-index {word(found.name)}"),
        ]
    else:
        text = (
            f":white_check_mark: Nothing to make: {escape(found.name)} {_HOW[found.how]} "
            f"{'' if found.how == 'same' else f'as {escape(name)} would'}".rstrip()
            + "."
        )
        buttons = [command_button("Show indexes", "db indexes")]
        if found.how != "same" and again:
            buttons.append(command_button("Make it all the same", again))
    return Reply(
        text, [section(f"*{text}*"), section(_fenced(found.ddl)), actions(*buttons)], data=found
    )


def proposals_reply(found: list[Proposal], dropped: tuple[str, ...]) -> Reply:
    """The guide's three, and those that were dropped here."""
    missing = [each for each in found if each.wanted and not each.existing]
    text = (
        f":information_source: {counted(len(missing), 'index', 'indexes')} of the guide's "
        f"{len(found)} can be made."
        if missing
        else f":white_check_mark: None of the guide's {len(found)} indexes is missing."
    )
    blocks: list[Block] = [section(f"*{text}*")]
    for each in found:
        if each.wanted is None:
            told = f"the platform has no {escape(each.table)} with its columns"
        elif each.existing is None:
            told = f"is missing\n{_fenced(each.wanted.statement())}"
        elif not each.existing.valid:
            told = f"{code(each.existing.name)} is that index, but not valid"
        else:
            told = f"is there: {code(each.existing.name)} {_HOW[each.existing.how]}"
        blocks.append(section(f"*{escape(each.name)}* {told}"))
    buttons = [
        command_button(f"Create {each.name}", f"db create-index {each.name}") for each in missing
    ]
    buttons += [
        command_button(clip(f"Make {name} again", 70), f"db create-index {word(name)}")
        for name in dropped[:3]
    ]
    if dropped:
        blocks.append(context(f"Dropped here before: {', '.join(map(code, dropped[:8]))}."))
    blocks.append(
        context(
            'Any other one: `db create-index pitches --columns "genre, created_at desc" --where '
            "\"status = 'published'\"`"
        )
    )
    buttons.append(command_button("Show indexes", "db indexes"))
    return Reply(text, [*blocks, actions(*buttons)], data=found)


def _fenced(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"```{clip(escaped.replace('```', chr(39) * 3), 1_500)}```"
