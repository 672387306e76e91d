"""Cells of table and data_table blocks, with what the browser needs to sort them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.sandbox.page.directory import Directory
from bot.sandbox.page.drawing_rich import rich_text
from bot.sandbox.page.drawing_text import cannot_draw, plain_html, text_object


@dataclass(frozen=True, slots=True)
class Cell:
    html: Markup
    align: str  # left, center or right
    wraps: bool
    number: str = ""  # for sorting; empty where the cell is no number


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(block: Mapping[str, Any], directory: Directory) -> Table:
    """The first row is the header."""
    settings = block.get("column_settings") or ()
    rows = tuple(
        tuple(_cell(cell, _setting(settings, column), directory) for column, cell in enumerate(row))
        for row in block.get("rows", ())
    )
    return Table(rows[0] if rows else (), rows[1:])


def _setting(settings: Sequence[Any], column: int) -> Mapping[str, Any]:
    return (settings[column] or {}) if column < len(settings) else {}


def _cell(cell: Mapping[str, Any], setting: Mapping[str, Any], directory: Directory) -> Cell:
    kind = cell.get("type")
    number = ""
    if kind == "raw_text":
        html = plain_html(str(cell.get("text", "")))
    elif kind == "raw_number":
        number = str(cell.get("value", ""))
        html = plain_html(str(cell.get("text") or number))
    elif kind == "rich_text":
        html = rich_text(cell, directory)
    elif kind in ("mrkdwn", "plain_text"):
        html = text_object(cell, directory)
    else:
        html = cannot_draw(kind)
    wished = setting.get("align")
    align = wished if wished in ("left", "center", "right") else "right" if number else "left"
    return Cell(html, align, bool(setting.get("is_wrapped", True)), number)
