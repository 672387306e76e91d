"""What a daily, weekly or monthly maintenance did and gained, as a message. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, command_button, context, escape, section
from bot.command import Block, Reply
from handlers.database_care.result import Maintained
from handlers.database_care.wording import bare, counted, lasting, size

_NEXT = {
    "daily": (("Show tables", "db tables"), ("Show connections", "db connections")),
    "weekly": (("Show indexes", "db indexes"), ("Show backups", "backups")),
    "monthly": (("Show archives", "db archives"), ("Show indexes", "db indexes"),
                ("Show the guide's indexes", "db create-index")),
}  # fmt: skip


def maintained_reply(found: Maintained) -> Reply:
    name = f"{found.which.capitalize()} database maintenance"
    removed = sum(each.removed for each in found.parts)
    gained = sum(each.gained for each in found.parts)
    told = [f"{len(found.parts)} of {len(found.parts) + len(found.left)} parts"]
    if removed:
        told.append(f"{counted(removed, 'dead row')} removed")
    if gained:
        told.append(f"{size(gained)} gained")
    if found.failed:
        told.append(f"{counted(found.failed, 'part needs', 'parts need')} a look")
    sign = ":warning:" if found.failed or found.left else ":white_check_mark:"
    ended = ""
    if found.ended == "cancelled":
        sign, ended = ":no_entry_sign:", " was cancelled"
    elif found.ended == "window":
        ended = ": the window ended"
    text = f"{sign} {name}{ended} in {lasting(found.seconds)}: {', '.join(told)}."
    blocks: list[Block] = [section(f"*{text}*")]
    parts = sorted(found.parts, key=lambda each: not each.failed)
    blocks += [
        section(
            f"{':warning:' if each.failed else ':heavy_check_mark:'} *{escape(each.title)}*\n"
            f"{escape(clip(bare(each.outcome), 1_500))}"
        )
        for each in parts
    ]
    if found.left:
        blocks.append(context(f"Not begun: {escape(', '.join(found.left))}."))
    buttons = [command_button(label, line) for label, line in _NEXT[found.which]]
    if found.left or found.failed:
        buttons.insert(0, command_button("Do it again", f"db maintain {found.which}"))
    outcome = "cancelled" if found.ended == "cancelled" else "succeeded"
    if found.parts and found.failed == len(found.parts):
        outcome = "failed"
    return Reply(
        text, [*blocks, actions(*buttons)], data=found, outcome=outcome,
        exit_code=0 if outcome == "succeeded" and not found.failed else 1,
    )  # fmt: skip
