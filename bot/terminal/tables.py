"""A table block in the width there is: columns where they fit, else one record a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from bot.terminal.elements import Element, mappings, text_object
from bot.terminal.texts import Hanging, Writer

_GAP = 2  # cells between two columns, one of them the box's own
_LEAST = 14  # a column of long text may be folded to this many cells, not below
_SIDES: dict[str, Literal["left", "center", "right"]] = {
    "left": "left",
    "center": "center",
    "right": "right",
}


def draw_table(writer: Writer, block: Element, width: int) -> RenderableType:
    """The first row is the header, as in Slack."""
    raw = block.get("rows")
    rows = [_cells(writer, row) for row in raw if isinstance(row, list)] if raw else []
    columns = max(map(len, rows), default=0)
    if not columns:
        return writer.text("(empty table)", "dim")
    for row in rows:
        row.extend(writer.text("") for _ in range(columns - len(row)))
    if sum(_least_width(column) for column in zip(*rows, strict=True)) + _GAP * columns > width:
        return _records(writer, rows)
    return _grid(rows, mappings(block.get("column_settings")))


def _cells(writer: Writer, row: Sequence[Any]) -> list[Line]:
    lines = [text_object(writer, cell) for cell in row]
    for line in lines:
        line.rstrip()
    return lines


def _least_width(column: Sequence[Line]) -> int:
    widest = max(cell_len(part) for line in column for part in line.plain.split("\n"))
    longest_word = max(cell_len(word) for line in column for word in line.plain.split() or [""])
    return min(widest, max(_LEAST, longest_word))


def _grid(rows: Sequence[Sequence[Line]], settings: Sequence[Element]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    for index, heading in enumerate(rows[0]):
        align = settings[index].get("align") if index < len(settings) else "left"
        side = _SIDES.get(align, "left") if isinstance(align, str) else "left"
        table.add_column(heading, justify=side, overflow="fold")
    for row in rows[1:]:
        table.add_row(*row)
    return table


def _records(writer: Writer, rows: Sequence[Sequence[Line]]) -> RenderableType:
    """Each row under its first cell, every other cell behind the name of its column."""
    headings = rows[0]
    parts: list[RenderableType] = []
    if len(rows) == 1:
        return writer.text(", ".join(line.plain for line in headings), "bold")
    for row in rows[1:]:
        title = row[0].copy()
        title.stylize("bold")
        parts.append(title)
        for heading, cell in zip(headings[1:], row[1:], strict=True):
            if cell.plain.strip():
                name = f"  {writer.characters.line(heading.plain)}: "
                parts.append(Hanging(cell, name if name.strip(": ") else "  ", "    "))
    return Group(*parts)
