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
    section,
    table,
)
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.backups.words import size, span

if TYPE_CHECKING:
    from bot.backups import KeptBackup
    from bot.backups.verifying import Proof
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
        rows = [("Backup", "State", "Age", "Size, took"), *(_row(each, found) for each in shown)]
        blocks.append(table(rows, align=("left", "left", "right", "right")))
    notes = []
    if len(shown) < len(ordered):
        notes.append(f"And {len(ordered) - len(shown):,} older: `/pitchey backups --all`.")
    if found.next_at is not None:
        notes.append(f"The next one is made {date(found.next_at)}.")
    else:
        notes.append("None is made by itself: `[backups] schedule` is empty.")
    if ahead := sum(each.ahead for each in found.backups):
        notes.append(
            f"{plural(ahead, 'backup bears', 'backups bear')} a time in the future: a clock was "
            "wrong, the bucket's or the bot's. Nobody knows how old such a one is, so it is never "
            "the last good one and is not deleted; its id restores it all the same."
        )
    if found.good is not None and _keyless(found):
        notes.append(
            f"{found.good.id} is encrypted to {code(found.good.recipient)}: put that key's secret "
            "line into BACKUP_AGE_IDENTITY and restart the bot. A new backup is one that the bot "
            "can read."
        )
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
        buttons.append(command_button("Restore the last good one", f"restore {found.good.id}"))
    blocks.append(actions(*buttons))
    bad = _keyless(found) or found.good is None or found.good.age(found.now) > found.limit
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
    if _keyless(found):
        return f":warning: {count}; {age}, but the bot does not have its key"
    sign = ":white_check_mark:" if good.verified else ":information_source:"
    return f"{sign} {count}; {age}"


def locked(each: KeptBackup, found: Listing | Shown) -> bool:
    """It is encrypted to a key that the bot does not have."""
    return not each.readable_with(found.own_key)


def _keyless(found: Listing) -> bool:
    return found.good is not None and locked(found.good, found)


def _row(each: KeptBackup, found: Listing) -> tuple[str, str, str, str]:
    took = f", {span_of(each)}" if each.manifest is not None else ""
    return (
        each.id,
        ("last good; " if each is found.good else "") + state(each, found),
        span(each.age(found.now)) if not each.ahead else "?",
        f"{size(each.bytes)}{took}",
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
    if each.ahead:
        words.append(f"time in the future ({each.finished:%Y-%m-%d}): not counted")
    if locked(each, found):
        words.append("key missing")
    if each.restored_at is not None:
        words.append(f"restored {span(found.now - each.restored_at)} ago")
    if each.held_at is not None:
        words.append("held")
    if each.manifest is not None and each.manifest.label not in ("", "scheduled"):
        words.append(each.manifest.label)
    return ", ".join(words)


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
    if made.before is not None and made.before.recipient and not each.recipient:
        blocks.append(
            section(
                f":warning: *It is not encrypted; {made.before.id} was.* Put BACKUP_AGE_IDENTITY "
                "back into the bot's environment and restart the bot."
            )
        )
    if manifest.missing:
        parts = ", ".join(escape(part.part) for part in manifest.missing)
        blocks.append(section(f":warning: Does not go with it: {parts}. The backup shows why."))
    blocks += beside_wrong(made.proof)
    key = [f"Encrypted to {code(each.recipient)}."] if each.recipient else []
    blocks.append(context(*key, beside(each)))
    blocks.append(
        actions(
            command_button("Show it", f"backup show {each.id}"),
            command_button("All backups", "backups"),
        )
    )
    return Reply(text, blocks, data=data(each))


def verified_reply(made: Made) -> Reply:
    """What reading back found."""
    each, proof = made.backup, made.proof
    if proof.problems:
        text = f":x: Backup {each.id} cannot be used: {escape(clip(proof.problems[0], 200))}"
        more = "".join(f"• {escape(problem)}\n" for problem in proof.problems[1:6])
        blocks = [
            section(f"*{text}*"),
            section(f"{more}It is marked as corrupt; the good one before it is kept."),
            actions(
                command_button("Make a backup now", "backup now", style="primary"),
                command_button("Which one is good", "backups"),
            ),
        ]
        return Reply(text, blocks, data=data(each), exit_code=1, outcome="failed")
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
        *beside_wrong(proof),
        actions(
            command_button("Show it", f"backup show {each.id}"),
            command_button("Rehearse a restore", f"restore drill {each.id}"),
            command_button("Restore it beside the live one", f"restore {each.id}"),
        ),
    ]
    return Reply(text, blocks, data=data(each))


def beside_wrong(proof: Proof | None) -> list[Block]:
    """What goes with it and is not as it was stored."""
    if proof is None or not proof.beside:
        return []
    wrong = "\n".join(f"• {escape(problem)}" for problem in proof.beside[:6])
    return [
        section(
            f":warning: *Of what goes with it, not all is as it was stored*\n{wrong}\n"
            "The database's dump is not touched by that."
        )
    ]


def beside(each: KeptBackup) -> str:
    """Its object, its sum, and what goes with it."""
    manifest = each.manifest
    names = ", ".join(part.object for part in manifest.beside) if manifest else ""
    told = f" With it: {escape(names)}." if names else ""
    sum_ = f" SHA-256 {manifest.sha256[:16]}…" if manifest and manifest.sha256 else ""
    return f"{code(each.object)}{sum_}{told}"


def _list_data(found: Listing) -> dict[str, object]:
    return {
        "bucket": found.bucket,
        "last_good": found.good.id if found.good else None,
        "backups": [data(each) for each in found.backups],
        "unfinished": [each.key for each in found.unfinished],
    }


def data(each: KeptBackup) -> dict[str, object]:
    """For `--json`."""
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
