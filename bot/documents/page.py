"""A document as one HTML page: nothing outside of it is loaded; light, dark, phone and A4."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from bot.documents.model import Document, Part, Picture
from bot.documents.template import template

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> Template:
    return template("bot.documents", "document.html", base64=_base64, kind=_kind)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


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
