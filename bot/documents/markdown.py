"""A document as Markdown: a file, and what a canvas shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.documents.model import Bullets, Document, Grid, Heading, Note, Part, Picture, Text
from bot.markdown_text import flat


def markdown(document: Document) -> str:
    """What data says cannot become markup in it; pictures are told in words."""
    lines = [f"# {flat(document.title)}", "", f"**{flat(document.verdict)}**", ""]
    lines.append(flat(document.about))
    for part in document.parts:
        lines += ["", *_part(part)]
    return "\n".join(lines) + "\n"


def _part(part: Part) -> Iterator[str]:
    match part:
        case Heading():
            yield f"## {flat(part.text)}"
        case Text():
            yield flat(part.text)
        case Note():
            yield f"*{flat(part.text)}*"
        case Bullets():
            yield from (f"- {flat(each)}" for each in part.items)
        case Grid():
            yield "| " + " | ".join(map(flat, part.header)) + " |"
            yield "|" + "---|" * len(part.header)
            yield from ("| " + " | ".join(flat(cell) or " " for cell in row) + " |"
                        for row in part.rows)  # fmt: skip
        case Picture():
            yield f"*Plot:* {flat(part.finding)}"
