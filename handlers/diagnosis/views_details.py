"""Every fact of a diagnosis as a table, those beyond their limit first. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.blocks import clip, context, table
from bot.command import Block
from handlers.diagnosis.result import Diagnosis

_MOST_ROWS = 60
_CELL = 120


def details_blocks(found: Diagnosis) -> Iterator[Block]:
    """The facts, then what could not be looked at."""
    facts = sorted(found.evidence.facts.values(), key=lambda fact: not fact.bad)
    rows = [("Looked at", "Seen", "Limit and past")]
    rows += [
        (
            f"{'Beyond: ' if fact.bad else ''}{fact.title}",
            fact.shown,
            "; ".join([*([fact.limit] if fact.limit else []), *fact.before]) or "-",
        )
        for fact in facts[:_MOST_ROWS]
    ]
    yield table([[clip(" ".join(cell.split()), _CELL) for cell in row] for row in rows])
    if found.blind:
        missing = [("Not looked at", "Why", "What would help")]
        missing += [(each.part, each.reason, each.hint or "-") for each in found.blind[:_MOST_ROWS]]
        yield table([[clip(" ".join(cell.split()), _CELL) for cell in row] for row in missing])
    yield context(f"{len(facts)} facts; those beyond their limit stand first.")
