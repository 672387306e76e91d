"""The timeline as a message: pages, times in UTC and the reader's own. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import (
    actions,
    clip,
    code,
    command_button,
    context,
    date,
    escape,
    mention,
    section,
    sections,
)
from bot.command import Block, Delivery, Reply, Upload
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from handlers.incidents.words import marked, utc

if TYPE_CHECKING:
    from bot.store.incidents_rows import IncidentRecord
    from bot.store.timeline import TimelineEntry, TimelineVerification
    from handlers.incidents.result import TimelinePage

_HEAD_SHOWN = 16
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 2_000


def page_reply(page: TimelinePage) -> Reply:
    """The answer of `incident timeline`."""
    record = page.record
    chosen = "".join(
        (f" of kind {page.kind}" if page.kind else "", f" by {page.by}" if page.by else "")
    )
    entries = f"{page.total:,} {'entry' if page.total == 1 else 'entries'}{escape(chosen)}"
    text = (
        f":scroll: {marked(record)}Timeline of {record.id}: {entries}, "
        f"page {page.number} of {page.pages}."
    )
    blocks: list[Block] = [section(f"*{text}*\n{escape(clip(record.title, 200))}")]
    most = max(120, _ROOM // max(1, len(page.entries)) - 160)
    blocks += sections([_line(each, most) for each in page.entries])
    blocks.append(
        context("Each time: your own first, then UTC. Long entries are cut here, not in exports.")
    )
    blocks.append(actions(*_buttons(page)))
    return Reply(text, blocks, data=[entry_data(each) for each in page.entries],
                 private=record.private)  # fmt: skip


def verified_reply(record: IncidentRecord, found: TimelineVerification) -> Reply:
    """The answer of `incident timeline verify`; exit code 1 where it is not intact."""
    count = f"{found.entries:,} {'entry' if found.entries == 1 else 'entries'}"
    head = found.head[:_HEAD_SHOWN]
    if found.intact:
        text = f":white_check_mark: Intact: timeline of {record.id}, {count}, head {head}…"
        meaning = (
            "Every entry is as it was written: none changed, removed, added or exchanged. "
            "This head is in the audit log now, and can be noted elsewhere."
        )
    else:
        where = f" at entry {found.first_broken:,}" if found.first_broken else ""
        text = f":red_circle: Not intact{where}: timeline of {record.id}, {found.reason}."
        meaning = (
            "Somebody or something changed the bot's file outside of the bot. Make a copy of the "
            "file now, before anything else, and tell an admin."
        )
    data = {
        "incident": record.id,
        "intact": found.intact,
        "entries": found.entries,
        "head": found.head,
        "first_broken": found.first_broken,
        "reason": found.reason,
    }
    blocks = [section(f"*{text}*"), section(meaning), context(f"Head {code(found.head)}")]
    return Reply(text, blocks, data=data, exit_code=0 if found.intact else 1)


def export_reply(record: IncidentRecord, name: str, content: bytes, count: int, path: str) -> Reply:
    """The file; or, where a terminal has written it, its path."""
    where = f"to {code(path)}" if path else f"as {code(name)}"
    text = f":white_check_mark: Exported {count:,} entries of {record.id} {where}."
    files = () if path else (Upload(name, content, title=f"Timeline of {record.id}"),)
    sent = "" if path else " In Slack it is in your direct messages, or the thread asked in."
    note = context(f"It names people and what they did: keep it safe.{sent}")
    data = {"incident": record.id, "entries": count, "file": path or name}
    return Reply(text, [section(f"*{text}*"), note], data=data, files=files, private=record.private)


def entry_data(entry: TimelineEntry) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "happened_at": entry.happened_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "kind": entry.kind,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "text": entry.text,
        "source": entry.source,
        "reference": entry.reference,
    }


def _line(entry: TimelineEntry, most: int) -> str:
    who = mention(entry.actor_id, entry.actor_name)
    late = (entry.recorded_at - entry.happened_at).total_seconds()
    noted = f" (written down {date(entry.recorded_at, '{time_secs}')})" if late >= 60 else ""
    source = f" <{entry.source}|message>" if entry.source.startswith("https://") else ""
    when = f"*{date(entry.happened_at, '{date_short_pretty} {time_secs}')}*"
    words = escape(clip(" ".join(entry.text.split()), most))
    return (
        f"{entry.sequence}. {when} · {utc(entry.happened_at)}{noted}\n"
        f"{entry.kind}, {who}: {words}{source}"
    )


def _buttons(page: TimelinePage) -> list[Block]:
    line = f"incident timeline {page.record.id}"
    if page.kind:
        line += f" --kind {page.kind.replace(' ', '-')}"
    buttons = []
    if page.number > 1:
        buttons.append(
            command_button("Earlier", f"{line} --page {page.number - 1}", delivery=Delivery.UPDATE)
        )
    if page.number < page.pages:
        buttons.append(
            command_button("Later", f"{line} --page {page.number + 1}", delivery=Delivery.UPDATE)
        )
    record = page.record.id
    buttons.append(command_button("Export Markdown", f"incident timeline {record} --export md"))
    buttons.append(command_button("Verify", f"incident timeline {record} verify"))
    return buttons
