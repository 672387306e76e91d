"""Small Block Kit builders: plain dicts that keep Slack's limits (`bot.limits`)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from bot import limits, mentions, moments
from bot.command import Block, Delivery
from bot.moments import TOKEN, undated
from bot.moments import date as date  # noqa: PLC0414 a builder like those here

RUN = "run:"  # action ids that begin so press a command; see command_button
FORM = "form:"  # action ids that begin so open a form; see form_button
LONGEST_OFFER = 900  # characters of a command line; a press, and what it leads to, carry it on
# A formatting character acts only at the edge of a word; inside one (user_sessions) it is text.
_FORMATTING = re.compile(r"`|(?<!\w)[*_~](?=\S)|(?<=\S)[*_~](?!\w)")
_MENTION = re.compile(r"@(channel|here|everyone)\b", re.IGNORECASE)


def escape(text: object) -> str:
    """Make text from data harmless in mrkdwn: no markup, no mention, no code fence."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MENTION.sub("@\u200b\\1", escaped)
    return _FORMATTING.sub(lambda found: found.group() + "\u200b", escaped)


def code(text: object) -> str:
    """Data as inline code; backticks inside become quotes so that they cannot end it."""
    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MENTION.sub("@\u200b\\1", escaped.replace("`", "'"))
    return f"`{escaped}`" if escaped.strip() else "` `"


def clip(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def dated(text: str) -> str:
    """Data as mrkdwn, such as a plan's sentence: harmless, but its `date`s are drawn as such."""
    return moments.dated(text, escape)


def mention(person_id: str, name: str) -> str:
    """A person, as everywhere; see `bot.mentions`."""
    return mentions.mention(person_id, name, escape)


def plain(text: str, most: int = limits.SECTION_TEXT) -> Block:
    return {"type": "plain_text", "text": clip(undated(text), most), "emoji": True}


def mrkdwn(text: str, most: int = limits.SECTION_TEXT) -> Block:
    return {"type": "mrkdwn", "text": clip(text, most)}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, limits.HEADER_TEXT)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def sections(lines: Sequence[str], between: str = "\n") -> list[Block]:
    """As few sections as hold the lines; none ends inside of a line."""
    found: list[str] = []
    for line in lines:
        if found and len(found[-1]) + len(between) + len(line) <= limits.SECTION_TEXT:
            found[-1] += between + line
        else:
            found.append(line)
    return [section(text) for text in found]


def fields(*texts: str) -> Block:
    kept = texts[: limits.SECTION_FIELDS]
    return {"type": "section", "fields": [mrkdwn(text, limits.FIELD_TEXT) for text in kept]}


def context(*texts: str) -> Block:
    kept = texts[: limits.CONTEXT_ELEMENTS]
    return {"type": "context", "elements": [mrkdwn(text) for text in kept]}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements[: limits.ACTION_ELEMENTS])}


def confirm(
    title: str, text: str, yes: str, no: str = "Keep as it is", *, danger: bool = False
) -> Block:
    """Slack's confirm dialog: name the target and the effect in `text`, the act in `yes`."""
    dialog: Block = {
        "title": plain(title, limits.CONFIRM_TITLE),
        "text": plain(text, limits.CONFIRM_TEXT),
        "confirm": plain(yes, limits.CONFIRM_BUTTON),
        "deny": plain(no, limits.CONFIRM_BUTTON),
    }
    if danger:
        dialog["style"] = "danger"
    return dialog


def button(
    label: str,
    action_id: str,
    value: str = "",
    *,
    style: str = "",
    asks: Block | None = None,
    url: str = "",
) -> Block:
    element: Block = {
        "type": "button",
        "text": plain(label, limits.BUTTON_TEXT),
        "action_id": action_id,
    }
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    if asks:
        element["confirm"] = asks
    if url:
        element["url"] = url
    return element


def command_button(
    label: str,
    command_line: str,
    *,
    delivery: Delivery = Delivery.NEW,
    style: str = "",
    asks: Block | None = None,
) -> Block:
    """A button that runs `/pitchey <command_line>` for the person who presses it.

    The press goes the whole way of a command: role, audit, reply. `delivery` says where
    the reply appears. Two buttons of one message must differ in command line or delivery.
    """
    pressed = {"run": command_line, "delivery": delivery.value}
    value = json.dumps(pressed, separators=(",", ":"), ensure_ascii=False)
    if len(value) > limits.BUTTON_VALUE:
        raise ValueError(f"a button cannot carry a command line of {len(command_line)} characters")
    action_id = clip(f"{RUN}{delivery.value}:{command_line}", limits.IDENTIFIER)
    return button(label, action_id, value, style=style, asks=asks)


def offered_button(label: str, command_line: str) -> Block | None:
    """As `command_button`, its label cut to fit; None for a line that is too long for one."""
    if len(command_line) > LONGEST_OFFER:
        return None
    return command_button(clip(label, limits.BUTTON_TEXT), command_line)


def form_button(
    label: str,
    form: str,
    *,
    delivery: Delivery = Delivery.NEW,
    style: str = "",
    **about: str,
) -> Block:
    """A button that opens the form of that name (`Feature.forms`), which gets `about`.

    Where the form was submitted, its answer appears as `delivery` says, as with a command
    button. Two buttons of one message must differ in form or in what they are about.
    """
    opened = {"form": form, "about": about, "delivery": delivery.value}
    value = json.dumps(opened, separators=(",", ":"), ensure_ascii=False)
    if len(value) > limits.BUTTON_VALUE:
        raise ValueError(f"the button of form {form} cannot carry {len(value)} characters")
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return button(label, clip(f"{FORM}{form}:{digest}", limits.IDENTIFIER), value, style=style)


def table(rows: Sequence[Sequence[str]], *, align: Sequence[str] = ()) -> Block:
    """A table block; the first row is its header. `align` is left, center or right a column."""
    cells = [
        [_cell(cell) for cell in row[: limits.TABLE_COLUMNS]] for row in rows[: limits.TABLE_ROWS]
    ]
    block: Block = {"type": "table", "rows": cells}
    if align:
        block["column_settings"] = [{"align": side} for side in align]
    return block


def _cell(text: str) -> Block:
    """A cell's text as it is; one with a `date` in it becomes rich text, which has dates."""
    parts: list[Block] = []
    last = 0
    for found in TOKEN.finditer(text):
        before = text[last : found.start()]
        parts += [{"type": "text", "text": before}] if before else []
        timestamp, form, fallback = found.groups()
        parts.append(
            {"type": "date", "timestamp": int(timestamp), "format": form, "fallback": fallback}
        )
        last = found.end()
    if not parts:
        return {"type": "raw_text", "text": text or " "}
    parts += [{"type": "text", "text": text[last:]}] if text[last:] else []
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def option(label: str, value: str) -> Block:
    return {
        "text": plain(label, limits.OPTION_TEXT),
        "value": value[: limits.OPTION_VALUE],
    }


def select(placeholder: str, action_id: str, options: Sequence[Block], **more: Any) -> Block:
    return {
        "type": "static_select",
        "placeholder": plain(placeholder, limits.OPTION_VALUE),
        "action_id": action_id,
        "options": list(options[: limits.SELECT_OPTIONS]),
        **more,
    }


def text_input(action_id: str, **more: Any) -> Block:
    return {"type": "plain_text_input", "action_id": action_id, **more}


def field_input(
    label: str, block_id: str, element: Block, *, optional: bool = False, hint: str = ""
) -> Block:
    """A modal's input row; its value arrives under state.values[block_id][action_id]."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2_000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, 2_000)
    return block


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], *, submit: str = "", metadata: str = ""
) -> Block:
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, limits.VIEW_TITLE),
        "close": plain("Cancel", limits.VIEW_BUTTON),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(submit, limits.VIEW_BUTTON)
    if metadata:
        view["private_metadata"] = metadata
    return view


def without_sharing(block: Block) -> Block:
    """The block for a place that belongs to no channel: there an answer cannot be shared."""
    if block["type"] != "actions":
        return block
    shared = f"{RUN}{Delivery.SHARE.value}:"
    elements = [
        element
        for element in block["elements"]
        if not element.get("action_id", "").startswith(shared)
    ]
    return {**block, "elements": elements}
