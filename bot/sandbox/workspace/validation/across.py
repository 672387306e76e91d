"""Rules over a whole document: ids used once, one focus, so many tables and characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot import limits
from bot.sandbox.workspace.validation.refusals import pointer_to
from bot.sandbox.workspace.validation.violation import FAILED_CONSTRAINT, Violation

CHARTS_PER_MESSAGE = 2
TABLE_TEXT = 10_000
"""Characters of all cells of all tables of a document (blocks/data-table-block, usage info)."""

_Path = tuple[str | int, ...]


def objects(document: object, path: _Path = ()) -> Iterator[tuple[_Path, dict[str, Any]]]:
    """Every JSON object of a document with its path, in document order, outer before inner."""
    waiting: list[tuple[_Path, object]] = [(path, document)]
    while waiting:
        at, value = waiting.pop()
        inner: Iterable[tuple[str | int, object]] = ()
        if isinstance(value, dict):
            yield at, value
            inner = value.items()
        elif isinstance(value, list):
            inner = enumerate(value)
        waiting.extend(
            [((*at, key), item) for key, item in inner if isinstance(item, dict | list)][::-1]
        )


def _refused(message: str, path: _Path, **constraint: Any) -> Violation:
    return Violation(FAILED_CONSTRAINT, message, pointer_to(path), constraint)


def _repeated(name: str, within: object, path: _Path) -> Iterator[Violation]:
    seen: set[str] = set()
    for at, found in objects(within, path):
        used = found.get(name)
        if isinstance(used, str):
            if used in seen:
                yield _refused(f"`{name}` {used} already exists", (*at, name), type="unique")
            seen.add(used)


def _innermost(blocks: Sequence[Any], path: _Path) -> Iterator[tuple[_Path, object]]:
    """The blocks that hold elements: a container's children and a carousel's cards, not them."""
    for index, block in enumerate(blocks):
        at = (*path, index)
        holds = {"container": "child_blocks", "carousel": "elements"}
        kind = block.get("type") if isinstance(block, Mapping) else None
        name = holds.get(kind, "") if isinstance(kind, str) else ""
        inner = block.get(name) if name else None
        if isinstance(inner, list):
            yield from _innermost(inner, (*at, name))
        else:
            yield at, block


def repeated_ids(blocks: Sequence[Any], path: _Path = ()) -> Iterator[Violation]:
    """A `block_id` is unique in its document, an `action_id` in its block."""
    yield from _repeated("block_id", blocks, path)
    for at, block in _innermost(blocks, path):
        yield from _repeated("action_id", block, at)


def several_focused(document: object, path: _Path = ()) -> Iterator[Violation]:
    focused = [at for at, found in objects(document, path) if found.get("focus_on_load") is True]
    for at in focused[1:]:
        yield _refused(
            "only one element can have focus_on_load", (*at, "focus_on_load"), type="unique"
        )


def _characters(value: object) -> int:
    texts = (found.get("text") for _, found in objects(value))
    return sum(len(text) for text in texts if isinstance(text, str))


def crowded(blocks: Sequence[Any], path: _Path = ()) -> Iterator[Violation]:
    """What one document may hold only so much of: charts, markdown and table cells."""
    charts = 0
    markdown = 0
    cells = 0
    for index, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            continue
        at = (*path, index)
        kind = block.get("type")
        if kind == "data_visualization":
            charts += 1
            if charts > CHARTS_PER_MESSAGE:
                most = CHARTS_PER_MESSAGE
                yield _refused(f"no more than {most} charts allowed", at, type="max_items")
        elif kind == "markdown" and isinstance(text := block.get("text"), str):
            fitted = markdown <= limits.MARKDOWN_TEXT
            markdown += len(text)
            if fitted and len(text) <= limits.MARKDOWN_TEXT < markdown:
                told = f"markdown must be less than {limits.MARKDOWN_TEXT + 1} characters in all"
                yield _refused(told, (*at, "text"), type="max_length")
        elif kind in ("table", "data_table"):
            fitted = cells <= TABLE_TEXT
            cells += _characters(block.get("rows"))
            if fitted and cells > TABLE_TEXT:
                told = f"cells must be less than {TABLE_TEXT + 1} characters in all"
                yield _refused(told, (*at, "rows"), type="max_length")


def unsubmittable(view: Mapping[str, Any]) -> Iterator[Violation]:
    """A modal that asks for something needs a button to send it with."""
    asks = any(isinstance(each, dict) and each.get("type") == "input" for each in view["blocks"])
    if asks and view.get("type") == "modal" and "submit" not in view:
        told = "missing required field: submit"
        yield _refused(told, (), type="required", expected="submit")
