"""The audit log as a message. Pure."""

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
    sections,
)
from bot.command import Block, Delivery, Reply, Upload
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from handlers.audit.result import AuditCheck, AuditExport, AuditPage, Wanted
from handlers.audit.wording import SIGNS, went_wrong

if TYPE_CHECKING:
    from bot.errors import OpsError
    from bot.store import AuditEntry

_ROOM = MESSAGE_BLOCKS_CHARACTERS - 1_500  # for the first line, the hints and the buttons
_REFUSED = Wanted(since=timedelta(hours=24), outcome="refused")
_NOT_WRITTEN = 74  # sysexits.h EX_IOERR
_HEAD_SHOWN = 12  # hexadecimal digits: enough to recognise a head


def page_reply(page: AuditPage, command: str) -> Reply:
    """The answer of `/pitchey audit`; `command` is the slash command's name."""
    lines = [_line(entry) for entry in page.entries]
    shown = _fitting(lines)
    text = _headline(page, len(shown))
    blocks: list[Block] = [section(f"*{text}*"), *sections(shown, "\n\n")]
    if page.more or len(shown) < len(lines):
        blocks.append(context(f"Older entries fit too. {_narrower(page.wanted, command)}"))
    buttons = [command_button("Verify the log", "audit verify")]
    if page.wanted != _REFUSED:
        line = "audit --since 24h --outcome refused"
        buttons.append(command_button("Refused in 24 hours", line))
    blocks.append(actions(*buttons))
    return Reply(text, blocks, data=page)


def check_reply(check: AuditCheck, command: str) -> Reply:
    """The answer of `/pitchey audit verify`; exit code 1 where the log is not intact."""
    entries = f"{check.entries:,} {'entry' if check.entries == 1 else 'entries'}"
    head = check.head[:_HEAD_SHOWN]
    if check.intact:
        text = f":white_check_mark: Intact: {entries}, head {head}…"
        noted = f" The noted head {code(check.noted)} is in it." if check.noted else ""
        meaning = (
            "Every entry is as it was written: none changed, removed, added or exchanged."
            f"{noted}\nNote this head outside of the bot. Later, "
            f"`{command} audit verify --head {head}` shows whether the log was written anew."
        )
    elif check.unknown_head:
        text = (
            f":warning: {code(check.noted)} is not in the log; the log itself is intact: "
            f"{entries}, head {head}…"
        )
        meaning = (
            "Compare it with your note first: was it mistyped, or noted from another bot's log? "
            "If it is right, the whole log was written anew since: make a copy of the bot's file "
            "now, before anything else, and tell an admin."
        )
    else:
        where = f" at entry {check.first_broken:,}" if check.first_broken else ""
        text = f":red_circle: Not intact{where}, of {entries}: {check.reason}."
        meaning = (
            "Somebody or something changed the bot's file outside of the bot. Make a copy of the "
            "file now, before anything else, and tell an admin. Entries before that place are as "
            "they were written."
            if check.first_broken
            else "Make a copy of the bot's file now, before anything else, and tell an admin."
        )
    blocks = [
        section(f"*{text}*"),
        section(meaning),
        context(f"Head {code(check.head or 'missing')}"),
        actions(
            command_button("Verify again", "audit verify", delivery=Delivery.UPDATE),
            command_button("Show the newest entries", "audit"),
        ),
    ]
    return Reply(text, blocks, data=check, exit_code=0 if check.intact else 1)


def export_reply(export: AuditExport, written: str, sent_to: str = "") -> Reply:
    """The file and where it was `sent_to`; or, where a terminal has `written` it, its path."""
    count = f"{export.entries:,} audit {'entry' if export.entries == 1 else 'entries'}"
    head = export.head[:_HEAD_SHOWN]
    where = f" to {code(written)}" if written else f" as {code(export.name)}"
    text = f":white_check_mark: Exported {count}{_conditions(export.wanted)}{where}"
    if sent_to:
        text += f", sent to {sent_to}"
    meaning = (
        "Each entry carries its number and its hash, so that it can be found again in the log. "
        f"Head of the log: {code(head)}. It names people and what they did: keep it safe."
    )
    files = () if written else (Upload(export.name, export.content, title="Audit log"),)
    data = {"entries": export.entries, "head": export.head, "file": written or export.name}
    return Reply(text, [section(f"*{text}*"), context(meaning)], data=data, files=files)


def unwritten_reply(error: OpsError) -> Reply:
    """The export was made, and the file that a terminal named could not be written."""
    text = f":x: {escape(error.message)}"
    hint = context(error.hint or "Name another one with `--file`.")
    return Reply(text, [section(text), hint], outcome="failed", exit_code=_NOT_WRITTEN)


def head_reply(entries: int, head: str, command: str) -> Reply:
    """What the operations channel keeps outside of the bot, once a day."""
    short = head[:_HEAD_SHOWN]
    count = f"{entries:,} {'entry' if entries == 1 else 'entries'}"
    text = f":ledger: Audit log: {count}, head {short}…"
    line = f"audit verify --head {short}"
    blocks = [
        section(
            f"*{text}*\nThis message keeps the head outside of the bot. Compare with "
            f"{code(f'{command} {line}')}: it tells whether the log was written anew since."
        ),
        actions(command_button("Compare now", line)),
    ]
    return Reply(text, blocks)


def _headline(page: AuditPage, shown: int) -> str:
    conditions = _conditions(page.wanted)
    if not page.entries:
        return f":information_source: No audit entries{conditions}"
    newest = "the newest " if page.more or shown < len(page.entries) else ""
    count = f"{shown} audit {'entry' if shown == 1 else 'entries'}"
    wrong = len([one for one in page.entries[:shown] if went_wrong(one.outcome)])
    standing = f", {wrong} not successful" if wrong else ", none failed"
    first = f"{newest}{count}{conditions}{standing}"
    return f":clipboard: {first[0].upper()}{first[1:]}"


def _conditions(wanted: Wanted) -> str:
    parts = [
        f" of <@{wanted.person}>" if wanted.person else "",
        f" for {code(clip(wanted.command, 60))}" if wanted.command else "",
        f" that were {wanted.outcome}" if wanted.outcome else "",
        f" in the last {_length(wanted.since)}" if wanted.since else "",
    ]
    return "".join(parts)


def _length(since: timedelta) -> str:
    for seconds, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        count, rest = divmod(int(since.total_seconds()), seconds)
        if count and not rest:
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return "0 seconds"


def _line(entry: AuditEntry) -> str:
    """What first, as a phone shows little of it; then who, when and how."""
    sign = SIGNS.get(entry.outcome, ":question:")
    words = code(clip(entry.arguments or entry.command or "(nothing)", 120))
    line = (
        f"{sign} *{escape(entry.outcome)}* {words}\n"
        f"{date(entry.at)} by *{escape(entry.person_name)}* ({escape(entry.role)}, "
        f"{escape(entry.surface)}), took {_milliseconds(entry.duration_ms)}, "
        f"{code(entry.reference)}"
    )
    if went_wrong(entry.outcome) and entry.detail:
        line += f"\n> {escape(clip(entry.detail, 160))}"
    return line


def _narrower(wanted: Wanted, command: str) -> str:
    """Something that was not asked for yet, kept beside what was."""
    if wanted.since is None:
        more = "--since 24h"
    elif wanted.outcome is None:
        more = "--outcome failed"
    else:
        return f"`{command} audit --export csv` hands all of them over."
    parts = [f"{command} audit"]
    if wanted.person:
        parts.append(f"--person {wanted.person}")
    if wanted.command:
        parts.append(f'--command "{wanted.command}"')
    if wanted.outcome:
        parts.append(f"--outcome {wanted.outcome.replace(' ', '-')}")
    if wanted.since:
        parts.append(f"--since {int(wanted.since.total_seconds())}s")
    return f"Narrow it: {code(' '.join([*parts, more]))}."


def _milliseconds(duration: int) -> str:
    return f"{duration:,} ms" if duration < 10_000 else f"{duration / 1000:,.0f} s"


def _fitting(lines: list[str]) -> list[str]:
    """As many lines as one message holds."""
    room = _ROOM
    for count, line in enumerate(lines):
        room -= len(line) + 2
        if room < 0:
            return lines[:count]
    return lines
