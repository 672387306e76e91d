"""What stands in the thread below a weekly report: everything that its message left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks import clip, context, escape, section
from bot.command import Block
from bot.limits import MESSAGE_BLOCKS_CHARACTERS
from handlers.reports.lines import figure_words, planned_words, work_words
from handlers.reports.result import Facts
from handlers.reports.views import SHOWN_INCIDENTS, SHOWN_PLANNED, incident_line
from handlers.reports.wording import gap_words

_SECTION = 2_800  # characters; a section takes 3,000
_ROOM = MESSAGE_BLOCKS_CHARACTERS - 1_500
_LONGEST = 240
Told = tuple[str, list[Block]]


def details(facts: Facts) -> tuple[Told, ...]:
    """One message a subject, each with its first line; what is longer goes on in the files."""
    noun = facts.kind_noun
    found: list[Told] = []
    if len(facts.incidents) > SHOWN_INCIDENTS:
        rows = [incident_line(each, facts.zone) for each in facts.incidents]
        found.append(_told(f":rotating_light: All {len(rows):,} incidents of the {noun}", rows))
    if facts.work:
        rows = [f"• {escape(clip(work_words(each, facts.zone), _LONGEST))}" for each in facts.work]
        count = f"{len(rows):,} operation{'' if len(rows) == 1 else 's'}"
        found.append(_told(f":wrench: {count} in the {noun}, as the journal has them", rows))
    if len(facts.planned) > SHOWN_PLANNED:
        rows = [
            f"• {escape(clip(planned_words(each, facts.zone), _LONGEST))}" for each in facts.planned
        ]
        found.append(_told(":calendar: All upcoming work", rows))
    if facts.capacity:
        rows = [f"• *{each.title}*: {escape(figure_words(each, noun))}" for each in facts.capacity]
        found.append(_told(":straight_ruler: Capacity and safety", rows))
    if len(facts.gaps) > 1:
        rows = [f"• {gap_words(each, facts.zone)}" for each in facts.gaps]
        found.append(_told(":grey_question: Every time without measurements", rows))
    return tuple(found)


def _told(title: str, rows: Sequence[str]) -> Told:
    blocks: list[Block] = [section(f"*{title}*")]
    used, shown = 0, 0
    for text, count in _sections(rows):
        if used + len(text) > _ROOM:
            break
        blocks.append(section(text))
        used, shown = used + len(text), shown + count
    if shown < len(rows):
        blocks.append(context(f"{len(rows) - shown:,} more are in the files of this report."))
    return title, blocks


def _sections(rows: Sequence[str]) -> Iterator[tuple[str, int]]:
    text, count = "", 0
    for row in rows:
        if text and len(text) + len(row) + 1 > _SECTION:
            yield text, count
            text, count = "", 0
        text, count = f"{text}\n{row}".lstrip("\n"), count + 1
    if text:
        yield text, count
