"""Block Kit as HTML: one template for each type of block and element, autoescaped.

Pure: the same blocks and names give the same HTML. A type without a template is shown as
a "Cannot draw …" box, so that nothing an app sends disappears.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from bot.sandbox.page.canvas import Canvas
from bot.sandbox.page.choices import SELECTS, chooser_of
from bot.sandbox.page.directory import Directory, safe_link, safe_picture
from bot.sandbox.page.drawing_chart import plot_of, slices_of
from bot.sandbox.page.drawing_markdown import markdown_html
from bot.sandbox.page.drawing_rich import rich_text
from bot.sandbox.page.drawing_table import table_of
from bot.sandbox.page.drawing_text import (
    EMPTY,
    cannot_draw,
    emoji_html,
    mrkdwn_html,
    plain_html,
    plain_words,
    text_object,
)
from bot.sandbox.workspace import BOT

Json = Mapping[str, Any]
_TEXT_INPUTS = {
    "plain_text_input": "text",
    "email_text_input": "email",
    "url_text_input": "url",
    "number_input": "number",
}
_TEMPLATES = {
    **dict.fromkeys(SELECTS, "chooser"),
    **dict.fromkeys(_TEXT_INPUTS, "text_input"),
    "datepicker": "moment",
    "timepicker": "moment",
    "datetimepicker": "moment",
    "workflow_button": "button",
    "checkboxes": "ticks",
    "radio_buttons": "ticks",
}


def draw_blocks(blocks: Sequence[Json], canvas: Canvas) -> Markup:
    """Blocks one after the other."""
    return EMPTY.join(draw_block(block, canvas) for block in blocks)


def draw_block(block: Json, canvas: Canvas) -> Markup:
    name = f"blocks/{block.get('type')}.html"
    if name not in _known():
        return cannot_draw(f"a block of type {block.get('type')}")
    return render(name, block=block, canvas=canvas, block_id=str(block.get("block_id", "")))


def draw_element(
    element: Json, canvas: Canvas, block_id: str = "", *, acts: bool = True, label_id: str = ""
) -> Markup:
    """One element. `acts`: using it tells the app at once; `label_id` is what names it."""
    kind = str(element.get("type"))
    if kind in ("mrkdwn", "plain_text"):
        return Markup('<div class="text">{}</div>').format(text_object(element, canvas.directory))
    name = f"elements/{_TEMPLATES.get(kind, kind)}.html"
    if name not in _known():
        return cannot_draw(f"an element of type {kind}")
    filled = canvas.filled(block_id, element)
    return render(
        name,
        element=filled,
        canvas=canvas,
        block_id=block_id,
        acts=acts,
        label_id=label_id,
        dom_id=canvas.next_id(),
        input_type=_TEXT_INPUTS.get(kind, "text"),
        chooser=chooser_of(filled, canvas.directory) if kind in SELECTS else None,
    )


def render(template: str, **values: Any) -> Markup:
    """A template of this package as safe HTML."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704 autoescaped


@cache
def environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.sandbox.page"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        BOT=BOT,
        blocks=draw_blocks,
        element=draw_element,
        plot_of=plot_of,
        slices_of=slices_of,
        table_of=table_of,
    )
    environment.filters.update(
        emoji=emoji_html,
        hue=_hue,
        json=json.dumps,
        person_name=_person_name,
        pretty=_pretty,
        link=safe_link,
        picture=safe_picture,
        markdown=markdown_html,
        mrkdwn=mrkdwn_html,
        plain=plain_html,
        rich_text=rich_text,
        shown=text_object,
        words=plain_words,
    )
    return environment


def _hue(text: str) -> int:
    """One of eight colours, the same for a name every time."""
    return zlib.crc32(text.encode()) % 8


def _person_name(person_id: str, directory: Directory) -> str:
    return directory.person(person_id)


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@cache
def _known() -> frozenset[str]:
    return frozenset(environment().list_templates())
