"""Standard Markdown (the markdown block) as HTML: no raw HTML, no pictures, no odd addresses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

from bot.sandbox.page.directory import safe_link
from bot.sandbox.page.shortcodes import with_emoji


def markdown_html(text: str) -> Markup:
    """Headings become h4: a message is no document of its own in the page's outline."""
    return Markup(_parser().render(text))  # noqa: S704 raw HTML is off, so every text is escaped


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = lambda url: bool(safe_link(url))  # type: ignore[method-assign]
    parser.core.ruler.push("page", _arrange)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def _arrange(state: Any) -> None:
    for token in _all(state.tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h4"
        elif token.type == "link_open":
            token.attrSet("target", "_blank")
            token.attrSet("rel", "noopener noreferrer")
        elif token.type == "text":
            token.content = with_emoji(token.content)


def _all(tokens: Sequence[Token]) -> Sequence[Token]:
    return [one for token in tokens for one in (token, *_all(token.children or ()))]


def _table_open(
    _: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: Any
) -> str:
    return (
        '<div class="table-scroll" role="region" aria-label="Table" tabindex="0">'
        '<table class="grid">'
    )


def _table_close(
    _: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: Any
) -> str:
    return "</table></div>"
