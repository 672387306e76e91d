"""Turns what pydantic found into Slack's words and JSON pointers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.sandbox.workspace.validation.shape import too_long_for
from bot.sandbox.workspace.validation.violation import FAILED_CONSTRAINT, Violation

_Told = tuple[str, dict[str, Any]]
_NEVER_CHOSEN_BY_TAG = frozenset({"url"})  # a shape of one kind only, with a field of that name


def _article(noun: str) -> Callable[[dict[str, Any]], _Told]:
    return lambda _: (f"must provide {noun}", {"type": noun.rsplit(maxsplit=1)[-1]})


def _choices(context: dict[str, Any]) -> list[str]:
    listed = str(context.get("expected") or context.get("expected_tags") or "")
    return [choice.strip(" '\"") for choice in listed.replace(" or ", ", ").split(",")]


_WORDS: dict[str, Callable[[dict[str, Any]], _Told]] = {
    "string_too_long": lambda context: (
        too_long_for(context["max_length"]),
        {"type": "max_length", "expected": context["max_length"]},
    ),
    "string_too_short": lambda context: (
        f"must be more than {context['min_length'] - 1} characters",
        {"type": "min_length", "expected": context["min_length"]},
    ),
    "too_long": lambda context: (
        f"no more than {context['max_length']} items allowed",
        {"type": "max_items", "expected": context["max_length"]},
    ),
    "too_short": lambda context: (
        f"no less than {context['min_length']} items allowed",
        {"type": "min_items", "expected": context["min_length"]},
    ),
    "less_than_equal": lambda context: (
        f"must be less than or equal to {context['le']}",
        {"type": "max", "expected": context["le"]},
    ),
    "greater_than": lambda context: (
        f"must be greater than {context['gt']}",
        {"type": "min", "exclusive": True, "expected": context["gt"]},
    ),
    "string_pattern_mismatch": lambda context: (
        f"must be in the format {context['pattern']}",
        {"type": "format", "expected": context["pattern"]},
    ),
    "greater_than_equal": lambda context: (
        f"must be greater than or equal to {context['ge']}",
        {"type": "min", "expected": context["ge"]},
    ),
    "literal_error": lambda context: (
        "must be a valid enum value",
        {"type": "enum", "expected": _choices(context)},
    ),
    "string_type": _article("a string"),
    "bool_type": _article("a boolean"),
    "int_type": _article("an integer"),
    "float_type": _article("a number"),
    "finite_number": _article("a number"),
    "list_type": _article("an array"),
    "model_type": _article("an object"),
    "model_attributes_type": _article("an object"),
}


def pointer_to(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901) from its parts."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _path(location: tuple[str | int, ...], document: object) -> list[str | int]:
    """The location without the tags pydantic adds where a shape was chosen by its `type`."""
    path: list[str | int] = []
    value: Any = document
    tag_open = True
    for part in location:
        is_kind = isinstance(value, dict) and part == value.get("type")
        if tag_open and is_kind and part not in _NEVER_CHOSEN_BY_TAG:
            tag_open = False
            continue
        path.append(part)
        tag_open = True
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    return path


def _told(error: ErrorDetails, path: list[str | int]) -> _Told:
    """Slack's words for one error; moves `path` to where Slack points."""
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            missing = path.pop()
            return f"missing required field: {missing}", {"type": "required", "expected": missing}
        case "extra_forbidden":
            return f"invalid additional property: {path.pop()}", {"type": "additional_property"}
        case "union_tag_not_found":
            return "missing required field: type", {"type": "required", "expected": "type"}
        case "union_tag_invalid":
            path.append("type")
            expected = _choices({"expected": context["expected_tags"]})
            return f"unsupported type: {context['tag']}", {"type": "enum", "expected": expected}
        case "refused":
            path.extend(context["at"])
            return context["message"], context["constraint"]
        case kind:
            words = _WORDS.get(kind)
            return words(context) if words else (error["msg"], {"type": kind})


def _violation(error: ErrorDetails, document: object) -> Violation:
    path = _path(error["loc"], document)
    message, constraint = _told(error, path)
    return Violation(FAILED_CONSTRAINT, message, pointer_to(path), constraint)


def violations_of(refused: ValidationError, document: object) -> tuple[Violation, ...]:
    """Every error of one validation of `document`, in its order."""
    return tuple(_violation(error, document) for error in refused.errors(include_url=False))
