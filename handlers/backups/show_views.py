"""One backup as a message: what is in it, what was proven, what was deployed then. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import actions, clip, code, command_button, context, date, escape, fields, section
from bot.command import Block, Reply
from bot.phrases import plural
from handlers.backups.views import beside, beside_wrong, data, locked, span_of, state
from handlers.backups.words import old, size

if TYPE_CHECKING:
    from handlers.backups.result import Shown


def show_reply(found: Shown) -> Reply:
    """Everything about one backup."""
    each, manifest = found.backup, found.backup.manifest
    sign = ":white_check_mark:" if each.verified else ":information_source:"
    sign = ":warning:" if locked(each, found) else sign
    sign = ":x:" if each.corrupt or not each.proven else sign
    last = ", the last good one" if found.last_good else ""
    text = f"{sign} Backup {each.id}: {state(each, found)}, {old(each, found.now)}{last}"
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
                f"*Encrypted to*\n{_key(found)}",
            )
        )
        blocks.append(section(_proven(found)))
        blocks += beside_wrong(found.proof)
        if code_then := _code(found):
            blocks.append(section(code_then))
        if manifest.missing:
            lacking = "\n".join(
                f"• {escape(part.part)}: {escape(clip(part.why, 200))}" for part in manifest.missing
            )
            blocks.append(section(f"*Does not go with it*\n{lacking}"))
        blocks.append(context(beside(each)))
    blocks.append(actions(*_show_buttons(found)))
    return Reply(clip(text, 300), blocks, data=data(each), exit_code=1 if each.corrupt else 0)


def _key(found: Shown) -> str:
    key = found.backup.recipient
    if not key:
        return "nobody"
    without = ", a key that the bot does not have" if locked(found.backup, found) else ""
    return f"{code(key)}{without}"


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
    bundle = manifest.bundle
    kept = f"its code goes with it ({size(bundle.bytes)})" if bundle else "without its code"
    return (
        f"*Deployed then*\n{escape(told.script)} version {code(told.version)} ({said}){commit}; "
        f"{kept}"
    )


def _show_buttons(found: Shown) -> list[Block]:
    each = found.backup
    buttons = [command_button("Verify it", f"backup verify {each.id}")]
    if each.good:
        buttons.append(command_button("Restore it beside the live one", f"restore {each.id}"))
        buttons.append(command_button("Steps of a recovery", f"restore steps {each.id}"))
    if each.manifest is not None and each.manifest.bundle is not None:
        buttons.append(command_button("Download the code", f"backup files {each.id} --code"))
    if each.held_at is None:
        buttons.append(command_button("Hold it", f"backup hold {each.id}"))
    buttons += [command_button(f"Show {other}", f"backup show {other}") for other in found.others]
    buttons.append(command_button("All backups", "backups"))
    return buttons
