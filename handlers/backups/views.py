"""Backups as messages: the list, one of them, and what reading back found. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    fields,
    section,
    table,
)
from bot.command import Block, Reply
from handlers.backups.words import plural, size, span

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from handlers.backups.result import Listing, Made, Shown

_FEW = 10
_ODD = 50.0  # percent of the rows


def list_reply(found: Listing, *, everything: bool) -> Reply:
    """The last good one first, then the others, newest first."""
    text = _headline(found)
    blocks: list[Block] = [section(f"*{text}*")]
    ordered = sorted(found.backups, key=lambda each: each is not found.good)
    shown = ordered if everything else ordered[:_FEW]
    if shown:
        rows = [("Backup", "Age", "Size, took", "State"), *(_row(each, found) for each in shown)]
        blocks.append(table(rows, align=("left", "right", "right", "left")))
    notes = []
    if len(shown) < len(ordered):
        notes.append(f"And {len(ordered) - len(shown):,} older: `/pitchey backups --all`.")
    if found.next_at is not None:
        notes.append(f"The next one is made {date(found.next_at)}.")
    else:
        notes.append("None is made by itself: `[backups] schedule` is empty.")
    for left in found.unfinished[:3]:
        notes.append(
            f"Unfinished upload of {code(left.backup)}, begun {date(left.began)}: it runs, or its "
            "parts are taken away by itself once nothing can be writing them."
        )
    blocks.append(context(*notes))
    buttons = [command_button("Make a backup now", "backup now", style="primary")]
    if found.good is not None:
        label = "Show the last good one" if found.good.verified else "Verify the last good one"
        line = "backup show" if found.good.verified else "backup verify"
        buttons.append(command_button(label, f"{line} {found.good.id}"))
        buttons.append(command_button("Rehearse a restore", "restore drill"))
    blocks.append(actions(*buttons))
    bad = found.good is None or found.good.age(found.now) > found.limit
    return Reply(text, blocks, data=_list_data(found), exit_code=1 if bad else 0)


def _headline(found: Listing) -> str:
    good = found.good
    if good is None:
        many = plural(len(found.backups), "object of a backup", "backups, none of them usable")
        return f":red_circle: There is no good backup in {escape(found.bucket)}" + (
            f" ({many})" if found.backups else ""
        )
    how = "verified" if good.verified else "not verified yet"
    age = f"the last good one is {span(good.age(found.now))} old, {how}"
    count = plural(len(found.backups), "backup")
    if good.age(found.now) > found.limit:
        return f":red_circle: {count}, but {age}; it should be under {span(found.limit)}"
    if found.newest_is_bad:
        return f":warning: {count}, the newest cannot be used; {age}"
    sign = ":white_check_mark:" if good.verified else ":information_source:"
    return f"{sign} {count}; {age}"


def _row(each: KeptBackup, found: Listing) -> tuple[str, str, str, str]:
    took = f", {span_of(each)}" if each.manifest is not None else ""
    return (
        each.id,
        span(each.age(found.now)),
        f"{size(each.bytes)}{took}",
        ("last good; " if each is found.good else "") + state(each, found),
    )


def span_of(each: KeptBackup) -> str:
    """How long making it took."""
    return span(timedelta(seconds=each.manifest.seconds if each.manifest else 0.0))


def state(each: KeptBackup, found: Listing | Shown) -> str:
    """In words: verified or not, restored when, held."""
    if each.manifest is None:
        words = ["no manifest: not counted"]
    elif each.corrupt:
        words = ["CORRUPT"]
    elif not each.proven:
        words = ["CORRUPT: another size than its manifest says"]
    elif each.verified:
        words = ["verified"]
    else:
        words = ["not verified"]
    if each.restored_at is not None:
        words.append(f"restored {span(found.now - each.restored_at)} ago")
    if each.held_at is not None:
        words.append("held")
    if each.manifest is not None and each.manifest.label not in ("", "scheduled"):
        words.append(each.manifest.label)
    return ", ".join(words)


def show_reply(found: Shown) -> Reply:
    """Everything about one backup."""
    each, manifest = found.backup, found.backup.manifest
    sign = ":white_check_mark:" if each.verified else ":information_source:"
    sign = ":x:" if each.corrupt or not each.proven else sign
    last = ", the last good one" if found.last_good else ""
    text = f"{sign} Backup {each.id}: {state(each, found)}, {span(each.age(found.now))} old{last}"
    blocks: list[Block] = [section(f"*{escape(text)}*")]
    if manifest is None:
        blocks.append(
            section("It has no manifest: it was not finished, or something else made it.")
        )
    else:
        by = f"{manifest.label or 'not told'}, by {manifest.by or 'nobody named'}"
        blocks.append(
            fields(
                f"*Database*\n{escape(manifest.database or 'not told')}, PostgreSQL "
                f"{escape(manifest.server_version or 'not told')}",
                f"*Rows*\n{manifest.rows:,} in {plural(len(manifest.tables), 'table')}",
                f"*Size*\n{size(each.bytes)} stored"
                + (f", {size(manifest.raw_bytes)} unpacked" if manifest.raw_bytes else ""),
                f"*Made*\n{date(manifest.started_at)}, in {span_of(each)}",
                f"*Why*\n{escape(by)}",
                f"*Encrypted to*\n{code(manifest.recipient) if manifest.recipient else 'nobody'}",
            )
        )
        blocks.append(section(_proven(found)))
        if code_then := _code(found):
            blocks.append(section(code_then))
        if manifest.missing:
            lacking = "\n".join(
                f"• {escape(part.part)}: {escape(clip(part.why, 200))}" for part in manifest.missing
            )
            blocks.append(section(f"*Does not go with it*\n{lacking}"))
        blocks.append(context(_beside(each)))
    blocks.append(actions(*_show_buttons(found)))
    return Reply(clip(text, 300), blocks, data=_data(each), exit_code=1 if each.corrupt else 0)


def _proven(found: Shown) -> str:
    lines = []
    if found.proof is None:
        lines.append("*Not verified*: nobody read it back yet.")
    elif found.proof.problems:
        wrong = "\n".join(f"• {escape(problem)}" for problem in found.proof.problems[:6])
        lines.append(f":x: *Cannot be used* (found {date(found.proof.at)})\n{wrong}")
    else:
        lines.append(
            f":white_check_mark: *Verified* {date(found.proof.at)} by {escape(found.proof.by)}: "
            f"{found.proof.rows:,} rows decoded in {found.proof.seconds:.1f}\u00a0s"
        )
    if found.drill is not None:
        lines.append(
            f":white_check_mark: *Restored* {date(found.drill.at)}: {found.drill.rows:,} rows in "
            f"{found.drill.rto_seconds:.1f}\u00a0s, every table's checksum equal"
        )
    if found.hold is not None:
        kept = "the bucket itself refuses to delete it" if found.hold.locked else "by the bot only"
        lines.append(
            f":lock: *Held* since {date(found.hold.at)} by {escape(found.hold.by)} ({kept}): "
            f"{escape(clip(found.hold.reason or 'no reason given', 300))}"
        )
    return "\n".join(lines)


def _code(found: Shown) -> str:
    manifest = found.backup.manifest
    if manifest is None or not manifest.code.version:
        return ""
    told = manifest.code
    said = ", ".join(escape(clip(word, 120)) for word in (told.tag, told.message) if word)
    commit = f", commit {code(told.commit)}" if told.commit else ""
    return f"*Deployed then*\n{escape(told.script)} version {code(told.version)} ({said}){commit}"


def _beside(each: KeptBackup) -> str:
    manifest = each.manifest
    names = ", ".join(part.object for part in manifest.beside) if manifest else ""
    told = f" With it: {escape(names)}." if names else ""
    sum_ = f" SHA-256 {manifest.sha256[:16]}…" if manifest and manifest.sha256 else ""
    return f"{code(each.object)}{sum_}{told}"


def _show_buttons(found: Shown) -> list[Block]:
    each = found.backup
    buttons = [command_button("Verify it", f"backup verify {each.id}")]
    if each.good:
        buttons.append(command_button("Restore it beside the live one", f"restore {each.id}"))
        buttons.append(command_button("Steps of a recovery", f"restore steps {each.id}"))
    if each.held_at is None:
        buttons.append(command_button("Hold it", f"backup hold {each.id}"))
    buttons.append(command_button("All backups", "backups"))
    return buttons


def made_reply(made: Made) -> Reply:
    """A new backup: how large, how long, and that it can be read."""
    each, manifest = made.backup, made.backup.manifest
    if made.proof.problems or manifest is None:
        return verified_reply(made)
    text = (
        f":white_check_mark: Backup {each.id} is made and verified: {size(each.bytes)}, "
        f"{manifest.rows:,} rows, in {span_of(each)}"
    )
    blocks: list[Block] = [section(f"*{text}*")]
    blocks.append(
        section(
            f"{plural(len(manifest.tables), 'table')} of {escape(manifest.database)}, "
            f"{size(manifest.raw_bytes)} unpacked. Read back and decoded in "
            f"{made.proof.seconds:.1f}\u00a0s; the rows are those of the snapshot."
        )
    )
    change = made.change_percent
    if change is not None and abs(change) >= _ODD and made.before is not None:
        word = "more" if change > 0 else "fewer"
        blocks.append(
            section(
                f":warning: *{abs(change):,.0f} % {word} rows than {made.before.id}.* Look whether "
                "that is right before older backups go."
            )
        )
    if manifest.missing:
        parts = ", ".join(escape(part.part) for part in manifest.missing)
        blocks.append(section(f":warning: Does not go with it: {parts}. The backup shows why."))
    blocks.append(context(_beside(each)))
    blocks.append(
        actions(
            command_button("Show it", f"backup show {each.id}"),
            command_button("All backups", "backups"),
        )
    )
    return Reply(text, blocks, data=_data(each))


def verified_reply(made: Made) -> Reply:
    """What reading back found."""
    each, proof = made.backup, made.proof
    if proof.problems:
        text = f":x: Backup {each.id} cannot be used: {escape(clip(proof.problems[0], 200))}"
        wrong = "\n".join(f"• {escape(problem)}" for problem in proof.problems[:6])
        blocks = [
            section(f"*{text}*"),
            section(f"{wrong}\nIt is marked as corrupt; the good one before it is kept."),
            actions(
                command_button("Make a backup now", "backup now", style="primary"),
                command_button("Which one is good", "backups"),
            ),
        ]
        return Reply(text, blocks, data=_data(each), exit_code=1, outcome="failed")
    text = (
        f":white_check_mark: Backup {each.id} can be used: {proof.rows:,} rows in "
        f"{plural(len(proof.tables), 'table')} decoded in {proof.seconds:.1f}\u00a0s"
    )
    compared = (
        "as many as the manifest says" if each.manifest else "there is no manifest to compare with"
    )
    blocks = [
        section(f"*{text}*"),
        section(
            f"{size(proof.stored_bytes)} read back, {size(proof.raw_bytes)} unpacked; rows of "
            f"every table: {compared}."
        ),
        actions(
            command_button("Show it", f"backup show {each.id}"),
            command_button("Rehearse a restore", f"restore drill {each.id}"),
        ),
    ]
    return Reply(text, blocks, data=_data(each))


def _list_data(found: Listing) -> dict[str, object]:
    return {
        "bucket": found.bucket,
        "last_good": found.good.id if found.good else None,
        "backups": [_data(each) for each in found.backups],
        "unfinished": [each.key for each in found.unfinished],
    }


def _data(each: KeptBackup) -> dict[str, object]:
    manifest = each.manifest
    return {
        "id": each.id,
        "object": each.object,
        "bytes": each.bytes,
        "finished": each.finished.isoformat(),
        "seconds": manifest.seconds if manifest else None,
        "rows": manifest.rows if manifest else None,
        "label": manifest.label if manifest else "",
        "good": each.good,
        "verified": each.verified,
        "corrupt": each.corrupt,
        "restored": each.restored_at.isoformat() if each.restored_at else None,
        "held": each.held_at is not None,
    }
