"""A document as PDF on A4: text that can be searched, plots two abreast, page numbers.

Takes about a second: call it in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.blocks import clip
from bot.documents.model import Bullets, Document, Grid, Heading, Note, Part, Picture, Text

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _WIDTH = 15.0, 180.0  # mm of A4's 210
_INK, _QUIET, _LINE = (29, 39, 51), (85, 96, 107), (213, 219, 225)
_FONT = "report"
_GUTTER = 6.0
# A heading alone at the foot of a page helps nobody: so much has to fit below it, in mm.
_ROOM, _PICTURE_ROOM = 36.0, 96.0
_making = threading.Lock()  # fonts are cached by the library


def pdf(document: Document, made_at: datetime) -> bytes:
    """The file; the same document and moment give the same bytes."""
    with _making:
        paper = _paper(document, made_at)
        _head(paper, document)
        groups = [
            (pictures, tuple(parts))
            for pictures, parts in groupby(document.parts, lambda part: isinstance(part, Picture))
        ]
        for number, (pictures, parts) in enumerate(groups):
            if pictures:
                _pictures(paper, [part for part in parts if isinstance(part, Picture)])
                continue
            for part in parts:
                last = part is parts[-1] and number + 1 < len(groups)
                _part(paper, part, _PICTURE_ROOM if last else _ROOM)
        return bytes(paper.output())


def _paper(document: Document, made_at: datetime) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            _ink(self, _QUIET, 8)
            self.cell(
                _WIDTH, 5, _drawn(f"{clip(document.title, 80)} · page {self.page_no()} of {{nb}}")
            )

    paper = Paper(format="A4")
    paper.set_margins(_MARGIN, _MARGIN)
    paper.set_auto_page_break(True, 16)
    regular, bold = _fonts()
    paper.add_font(_FONT, "", regular)
    paper.add_font(_FONT, "B", bold)
    paper.set_title(document.title)
    paper.set_subject(document.verdict)
    paper.set_lang("en")
    paper.set_creation_date(made_at)
    paper.add_page()
    return paper


def _head(paper: FPDF, document: Document) -> None:
    _write(paper, document.title, 18, bold=True)
    _write(paper, document.about, 9, _QUIET)
    paper.ln(2)
    _write(paper, document.verdict, 12.5, bold=True)


def _part(paper: FPDF, part: Part, room: float) -> None:
    """`room` is what has to fit below a heading for it to stay on the page."""
    match part:
        case Heading():
            _heading(paper, part.text, room)
        case Text():
            _write(paper, part.text, 10)
        case Note():
            _write(paper, part.text, 8.5, _QUIET)
        case Bullets():
            for each in part.items:
                _write(paper, each, 10, bullet=True)
        case Grid():
            _grid(paper, part)


def _heading(paper: FPDF, text: str, room: float) -> None:
    if paper.will_page_break(room):
        paper.add_page()
    paper.ln(3)
    paper.set_draw_color(*_LINE)
    paper.line(_MARGIN, paper.get_y(), _MARGIN + _WIDTH, paper.get_y())
    paper.ln(2)
    _write(paper, text, 13, bold=True)
    paper.ln(0.5)


def _write(
    paper: FPDF,
    text: str,
    size: float,
    colour: tuple[int, int, int] = _INK,
    *,
    bold: bool = False,
    bullet: bool = False,
) -> None:
    from fpdf.enums import WrapMode

    _ink(paper, colour, size, bold=bold)
    indent = 4.0 if bullet else 0.0
    height = size * 0.5
    if bullet:
        if paper.will_page_break(height):
            paper.add_page()
        paper.set_x(_MARGIN)
        paper.cell(indent, height, "•")
    paper.set_x(_MARGIN + indent)
    paper.multi_cell(
        _WIDTH - indent, height, _drawn(text), align="L", new_x="LMARGIN", new_y="NEXT",
        wrapmode=WrapMode.WORD if all(len(word) < 60 for word in text.split()) else WrapMode.CHAR,
    )  # fmt: skip
    paper.ln(0.6)


def _grid(paper: FPDF, grid: Grid) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    _ink(paper, _INK, 9)
    paper.set_draw_color(*_LINE)
    widths = _widths(grid)
    with paper.table(
        col_widths=widths,
        width=_WIDTH,
        text_align="LEFT",
        line_height=4.6,
        padding=(1.0, 1.5, 1.0, 0.5),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD", color=_QUIET),
    ) as table:
        for row in (grid.header, *grid.rows):
            line = table.row()
            for cell in row:
                line.cell(_drawn(cell) or " ")
    paper.ln(1)


def _widths(grid: Grid) -> tuple[int, ...]:
    """By what the columns hold, none so narrow that a number breaks."""
    columns = list(zip(grid.header, *grid.rows, strict=True))
    longest = [max(len(cell) for cell in column) for column in columns]
    return tuple(max(15, min(40, each)) for each in longest)


def _pictures(paper: FPDF, pictures: Sequence[Picture]) -> None:
    width = (_WIDTH - _GUTTER) / 2
    for pair in _pairs(pictures):
        height = width * 0.75
        words = max(_height(paper, each.finding, width) for each in pair)
        if paper.will_page_break(height + words + 2):
            paper.add_page()
        top = paper.get_y()
        bottom = top
        for number, each in enumerate(pair):
            left = _MARGIN + number * (width + _GUTTER)
            paper.image(BytesIO(each.png), x=left, y=top, w=width, h=height,
                        alt_text=_drawn(each.finding))  # fmt: skip
            paper.set_xy(left, top + height + 0.5)
            _ink(paper, _QUIET, 7.5)
            paper.multi_cell(width, 3.4, _drawn(each.finding), align="L", new_x="LEFT",
                             new_y="NEXT")  # fmt: skip
            bottom = max(bottom, paper.get_y())
        paper.set_xy(_MARGIN, bottom + 2)


def _height(paper: FPDF, text: str, width: float) -> float:
    _ink(paper, _QUIET, 7.5)
    lines: Any = paper.multi_cell(width, 3.4, _drawn(text), align="L", dry_run=True, output="LINES")
    return 3.4 * len(lines)


def _pairs(pictures: Sequence[Picture]) -> Iterator[Sequence[Picture]]:
    for first in range(0, len(pictures), 2):
        yield pictures[first : first + 2]


def _ink(paper: FPDF, colour: tuple[int, int, int], size: float, *, bold: bool = False) -> None:
    paper.set_font(_FONT, "B" if bold else "", size)
    paper.set_text_color(*colour)


@cache
def _fonts() -> tuple[Path, Path]:
    """DejaVu Sans, which comes with the plotting library and knows most scripts of Europe."""
    from matplotlib import get_data_path

    folder = Path(get_data_path()) / "fonts" / "ttf"
    return folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(str(_fonts()[0])).get_charmap())


def _drawn(text: str) -> str:
    """Only what the font can draw; a letter that it lacks becomes a box."""
    known = _letters()
    flat = " ".join(text.split())
    return "".join(letter if ord(letter) in known else "□" for letter in flat)
