"""A document as one HTML page: nothing outside of it is loaded; light, dark, phone and A4."""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.documents.model import Document, Part


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


def _kind(part: Part) -> str:
    return type(part).__name__.lower()


def page(document: Document) -> str:
    """The page; what data says is text in it."""
    return _template().render(document=document)
