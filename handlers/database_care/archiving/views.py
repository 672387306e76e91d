"""Archiving, restoring and the list of archives as messages. Pure."""

from __future__ import annotations

from bot.blocks import actions, clip, code, command_button, context, date, escape, section, table
from bot.command import Block, Reply
from bot.settings.database import ArchiveRule
from handlers.database_care.archiving.moving import Archived, Moved
from handlers.database_care.archiving.restoring import Restored
from handlers.database_care.archiving.result import Listed
from handlers.database_care.wording import bare, counted, lasting, short, size, word


def archived_reply(found: Archived) -> Reply:
    copied = sum(each.copied for each in found.done)
    deleted = sum(each.deleted for each in found.done)
    bad = [each for each in found.done if each.problem]
    told = [f"{counted(copied, 'row')} archived", f"{counted(deleted, 'row')} deleted"]
    if held := sum(each.bytes for each in found.done):
        told.append(f"{size(held)} in {escape(found.bucket)}")
    sign, head = ":white_check_mark:", f"Archived in {lasting(found.seconds)}"
    if found.ended == "cancelled":
        sign, head = ":no_entry_sign:", "Cancelled"
    elif found.ended == "window":
        sign, head = ":warning:", "The maintenance window ended"
    elif found.ended:
        sign, head = ":x:", f"Stopped: {escape(found.ended.rstrip('.'))}"
    elif bad:
        sign = ":x:" if len(bad) == len(found.done) else ":warning:"
        head = f"{counted(len(bad), 'table')} of {len(found.done)} not finished"
    text = f"{sign} {head}: {', '.join(told)}."
    if not found.done:
        text = f"{sign} {head}: nothing was done."
    blocks: list[Block] = [section(f"*{text}*")]
    blocks += [section(_problem(each)) for each in bad[:5]]
    if found.done:
        blocks.append(_table(found.done))
    notes = [note for each in found.done if (note := _note(each))]
    if notes:
        blocks.append(context(*notes[:8]))
    if found.left:
        blocks.append(context(f"Not begun: {escape(', '.join(found.left[:10]))}."))
    again = [each for each in bad if each.archive]
    buttons = [command_button("Go on", f"db archive {word(each.table)}") for each in again[:1]]
    kept = [each for each in found.done if each.archive and each.deleted and not each.problem]
    buttons += [
        command_button(_put_back(each.table, each.archive), f"db unarchive {each.archive}")
        for each in kept[:2]
    ]
    buttons.append(command_button("Show archives", "db archives"))
    outcome = "cancelled" if found.ended == "cancelled" else "succeeded"
    if bad and outcome == "succeeded":
        outcome = "failed"
    return Reply(
        text, [*blocks, actions(*buttons)], data=found, outcome=outcome,
        exit_code=0 if outcome == "succeeded" else 1,
    )  # fmt: skip


def nothing_reply(rules: tuple[ArchiveRule, ...], refused: tuple[str, ...]) -> Reply:
    """There is nothing old enough."""
    where = f" of {escape(short(rules[0].table))}" if len(rules) == 1 else ""
    text = f":white_check_mark: Nothing to archive: no row{where} is old enough."
    ages = ", ".join(f"{short(each.table)} {each.days} days" for each in rules)
    blocks: list[Block] = [section(f"*{text}*")]
    if ages:
        blocks.append(context(f"Old enough is, by {code('[[database.archive]]')}: {escape(ages)}."))
    blocks += [section(f":warning: Left out: {escape(bare(why))}") for why in refused[:5]]
    blocks.append(actions(command_button("Show archives", "db archives")))
    return Reply(text, blocks, data={"rules": len(rules), "left_out": refused})


def restored_reply(found: Restored) -> Reply:
    manifest = found.manifest
    lost = found.orphaned + found.refused + found.different
    sign = ":white_check_mark:" if not lost and found.whole else ":warning:"
    head = f"{counted(found.inserted, 'row')} of {manifest.rows:,} put back into {manifest.table}"
    if not found.whole:
        sign, head = ":no_entry_sign:", f"Cancelled: {head}"
    elif not found.inserted and found.same == manifest.rows:
        head = f"All {manifest.rows:,} rows of {manifest.id} are in {manifest.table} already"
    text = f"{sign} {escape(head)}."
    told = []
    if found.same:
        told.append(f"{counted(found.same, 'row was', 'rows were')} there already, the same.")
    if found.different:
        told.append(
            f"{counted(found.different, 'row is', 'rows are')} there with other values; they were "
            "left as they are now."
        )
    if found.orphaned:
        told.append(
            f"{counted(found.orphaned, 'row points', 'rows point')} to rows that are gone by now, "
            "so they were left out. Put those back first, then this again."
        )
    if found.refused:
        told.append(f"{counted(found.refused, 'row is', 'rows are')} kept out by a unique key.")
    told.append(f"The copies stay in the bucket. It took {lasting(found.seconds)}.")
    told.append("The next `db archive` moves these rows again, unless its rule is changed.")
    buttons = [command_button("Show archives", "db archives")]
    if not found.whole:
        buttons.insert(0, command_button("Go on", f"db unarchive {manifest.id}"))
    return Reply(
        text,
        [section(f"*{text}*"), section("\n".join(told)), actions(*buttons)],
        data=found,
        outcome="succeeded" if found.whole else "cancelled",
        exit_code=0 if found.whole else 1,
    )


def list_reply(found: tuple[Listed, ...], bucket: str, *, unknown: int) -> Reply:
    if not found:
        text = ":information_source: Nothing was archived yet."
        return Reply(text, [section(f"*{text}*"), _next()], data=())
    rows = sum(each.rows for each in found)
    open_ones = [each for each in found if each.unfinished]
    sign = ":warning:" if open_ones else ":file_folder:"
    text = f"{sign} {counted(len(found), 'archive')}, {counted(rows, 'row')} in {escape(bucket)}"
    text += f"; {counted(len(open_ones), 'is', 'are')} not finished." if open_ones else "."
    cells = [["Archive", "Table", "Rows", "Size", "Older than", "State"]]
    cells += [
        [
            each.id, each.table, f"{each.rows:,}", size(each.bytes), each.cutoff[:10], each.state,
        ]
        for each in sorted(found, key=lambda each: not each.unfinished)[:20]
    ]  # fmt: skip
    blocks: list[Block] = [
        section(f"*{text}*"), table(cells, align=("left", "left", "right", "right")),
    ]  # fmt: skip
    newest = found[0]
    blocks.append(context(f"The newest began {date(newest.began_at)}."))
    if unknown:
        blocks.append(
            context(
                f"{counted(unknown, 'more archive')} in the bucket that this bot's store does not "
                f"know: {code('db unarchive')} takes them by their id too."
            )
        )
    buttons = [
        command_button(f"Go on with {each.table}", f"db archive {word(each.table)}")
        for each in open_ones[:2]
    ]
    buttons += [
        command_button(_put_back(each.table, each.id), f"db unarchive {each.id}")
        for each in found[:2]
        if each.deleted
    ]
    return Reply(text, [*blocks, actions(*buttons, _archive())], data=found)


def _put_back(table_name: str, archive: str) -> str:
    return f"Put {clip(short(table_name), 40)} back ({archive})"


def _next() -> Block:
    return actions(_archive())


def _archive() -> Block:
    return command_button("Archive old rows", "db archive")


def _table(done: tuple[Moved, ...]) -> Block:
    cells = [["Table", "Archived", "Deleted", "Stay", "Compressed", "Archive", "Took"]]
    cells += [
        [
            short(each.table), f"{each.copied:,}", f"{each.deleted:,}",
            f"{each.stayed + each.held:,}",
            size(each.bytes) if each.archive else "no copy",
            each.archive if each.copied else "-", lasting(each.seconds),
        ]
        for each in sorted(done, key=lambda each: -each.deleted)
    ]  # fmt: skip
    return table(cells, align=("left", "right", "right", "right", "right", "left", "right"))


def _problem(each: Moved) -> str:
    state = ""
    if each.nothing_deleted:
        state = " No row was deleted; the next `db archive` goes on with what was copied."
    elif each.archive and each.copied:
        state = f" {each.deleted:,} of {each.copied:,} rows are deleted; the next run goes on."
    return f":warning: *{escape(each.table)}*: {escape(clip(bare(each.problem), 500))}{state}"


def _note(each: Moved) -> str:
    told = []
    if each.stayed:
        told.append(
            f"{counted(each.stayed, 'row')} stayed: changed since they were copied, or another "
            "row points to them by now"
        )
    if each.held:
        told.append(f"{counted(each.held, 'old row')} stay because other rows point to them")
    if each.outage is not None and not each.problem:
        told.append(f"{each.outage.sentence.rstrip('.')}, and it went on")
    elif each.resumed:
        told.append(f"{each.archive} was begun before and went on")
    return escape(f"{each.table}: {'; '.join(told)}.") if told else ""
