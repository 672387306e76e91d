"""A document as one HTML page: nothing outside of it is loaded; light, dark, phone and A4."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.documents.model import Document, Part, Picture


@cache
def _template() -> Template:
    found = Environment(
        loader=PackageLoader("bot.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["base64"] = lambda data: base64.b64encode(data).decode("ascii")
    found.filters["kind"] = _kind
    return found.get_template("document.html")


def _kind(part: object) -> str:
    return type(part).__name__.lower()


def page(document: Document) -> str:
    """The page; what data says is text in it."""
    return _template().render(document=document, parts=_grouped(document.parts))


def _grouped(parts: Sequence[Part]) -> list[Part | tuple[Part, ...]]:
    """Pictures that follow each other stand together."""
    found: list[Part | tuple[Part, ...]] = []
    for pictures, run in groupby(parts, lambda part: isinstance(part, Picture)):
        together = tuple(run)
        found += [together] if pictures else together
    return found
