"""Pruning and holds as messages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, command_button, context, escape, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.backups.words import size

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from bot.backups.holding import Hold
    from handlers.backups.result import PruneAsked, Pruned

_SHOWN = 15


def nothing_reply(asked: PruneAsked) -> Reply:
    """None is over the limits."""
    count = len(asked.retention.judged)
    text = f":white_check_mark: Nothing to delete: {plural(count, 'backup')}, none over its limit"
    kept = [
        f"• {each.backup.id}: {each.why}"
        for each in asked.retention.judged
        if not each.why.endswith("days")
    ]
    blocks: list[Block] = [section(f"*{text}*")]
    if kept:
        blocks.append(section("*Kept for another reason than age*\n" + "\n".join(kept[:_SHOWN])))
    blocks.append(actions(command_button("All backups", "backups")))
    return Reply(text, blocks, data={"gone": [], "left": count})


def pruned_reply(found: Pruned) -> Reply:
    """What was deleted."""
    text = (
        f":white_check_mark: {plural(len(found.gone), 'backup')} deleted, {size(found.bytes)} "
        f"freed; {found.left:,} left"
    )
    blocks: list[Block] = [section(f"*{text}*")]
    if found.gone:
        more = len(found.gone) - _SHOWN
        listed = ", ".join(found.gone[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
        blocks.append(section(listed))
    if found.uploads:
        parts = plural(found.uploads, "unfinished upload")
        blocks.append(context(f"The parts of {parts} were taken away."))
    blocks.append(actions(command_button("All backups", "backups")))
    told = {"gone": list(found.gone), "bytes": found.bytes, "left": found.left}
    return Reply(text, blocks, data=told)


def held_reply(backup: KeptBackup, hold: Hold) -> Reply:
    """It stays, and who sees to it."""
    by = "the bucket itself refuses to delete it" if hold.locked else "the bot does not delete it"
    text = f":lock: Backup {backup.id} is held: {by}"
    blocks = [
        section(f"*{text}*"),
        section(f"By {escape(hold.by)}: {escape(clip(hold.reason or 'no reason given', 500))}"),
    ]
    if not hold.locked:
        blocks.append(
            context(
                "The bucket has no object lock: who may delete in it can still do so. Give the "
                "bot's keys alone the right to delete, or turn on Object Lock."
            )
        )
    blocks.append(actions(command_button("Show it", f"backup show {backup.id}")))
    return Reply(text, blocks, data={"id": backup.id, "held": True, "locked": hold.locked})


def released_reply(backup: KeptBackup) -> Reply:
    text = f":unlock: Backup {backup.id} is no longer held: it goes once it is over its limits"
    blocks = [
        section(f"*{text}*"),
        actions(
            command_button("Show it", f"backup show {backup.id}"),
            command_button("What would go now", "backup prune"),
        ),
    ]
    return Reply(text, blocks, data={"id": backup.id, "held": False})
