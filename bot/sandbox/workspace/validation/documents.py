"""The checks of whole documents: blocks, a message, a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.sandbox.workspace.validation import across
from bot.sandbox.workspace.validation.refusals import pointer_to, violations_of
from bot.sandbox.workspace.validation.surfaces import BLOCKS, Surface
from bot.sandbox.workspace.validation.views import VIEW
from bot.sandbox.workspace.validation.violation import FAILED_CONSTRAINT, Violation

ATTACHMENTS = 100


def _shaped(adapter: TypeAdapter[Any], document: object, path: str = "") -> Iterator[Violation]:
    try:
        adapter.validate_python(document)
    except ValidationError as refused:
        for found in violations_of(refused, document):
            yield Violation(found.code, found.message, path + found.pointer, found.constraint)


def _blocks(blocks: object, surface: Surface, path: tuple[str | int, ...]) -> Iterator[Violation]:
    yield from _shaped(BLOCKS[surface], blocks, pointer_to(path))
    if isinstance(blocks, list):
        yield from across.repeated_ids(blocks, path)
        yield from across.crowded(blocks, path)
        yield from across.several_focused(blocks, path)


def check_blocks(blocks: Sequence[Any], surface: Surface | str) -> tuple[Violation, ...]:
    """Violations of an array of blocks; pointers begin at the array: "/0/text/text"."""
    return tuple(_blocks(blocks, Surface(surface), ()))


def check_message(payload: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Violations of `text`, `blocks` and `attachments` of a chat.postMessage payload.

    Blocks are already parsed from JSON. Pointers begin at the payload: "/blocks/0/text/text".
    Not judged here: whether anything is said at all (`no_text`) and the size of the whole
    (`too_long`), for which Slack has error codes of their own.
    """
    return tuple(chain.from_iterable(_message(payload)))


def _message(payload: Mapping[str, Any]) -> Iterator[Iterator[Violation]]:
    text = payload.get("text")
    if text is not None and not isinstance(text, str):
        yield iter([_wrong("must provide a string", "/text", "string")])
    blocks = payload.get("blocks")
    if blocks is not None:
        yield _blocks(blocks, Surface.MESSAGE, ("blocks",))
    attachments = payload.get("attachments")
    if attachments is None:
        return
    if not isinstance(attachments, list):
        yield iter([_wrong("must provide an array", "/attachments", "array")])
        return
    if len(attachments) > ATTACHMENTS:
        told = f"no more than {ATTACHMENTS} items allowed"
        yield iter([_wrong(told, "/attachments", "max_items")])
    for index, attachment in enumerate(attachments):
        if not isinstance(attachment, Mapping):
            yield iter([_wrong("must provide an object", f"/attachments/{index}", "object")])
        elif attachment.get("blocks") is not None:
            path = ("attachments", index, "blocks")
            yield _blocks(attachment["blocks"], Surface.MESSAGE, path)


def _wrong(message: str, pointer: str, expected: str) -> Violation:
    return Violation(FAILED_CONSTRAINT, message, pointer, {"type": expected})


def check_view(view: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Violations of a modal or a Home tab; pointers begin at the view: "/title/text"."""
    shaped = _shaped(VIEW, view)
    blocks = view.get("blocks") if isinstance(view, Mapping) else None
    if not isinstance(blocks, list):
        return tuple(shaped)
    rules = (across.repeated_ids, across.crowded, across.several_focused)
    over_blocks = (rule(blocks, ("blocks",)) for rule in rules)
    return tuple(chain(shaped, across.unsubmittable(view), *over_blocks))
