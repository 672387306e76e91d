"""Pydantic's findings in plain words: where in the file, what, and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from bot.settings.metrics import MetricName
from bot.settings.model import Settings
from bot.settings.positions import Path, line_of
from bot.settings.problems import Problem
from bot.settings.secrets import looks_secret

Details = Any  # one entry of pydantic's ValidationError.errors()
_NOT_IN_FILE = {"secrets", "name", "unit", "higher_is_better"}


def place(path: Path) -> str:
    """`[checks] api`, `[roles] admin 2`, `[[contacts.escalation]] 2 level`, or the bare key."""
    words = [str(part + 1) if isinstance(part, int) else shown(part) for part in path]
    if not words:
        return "the file"
    if _is_table(path) and not isinstance(path[-1], int):
        return f"[{'.'.join(words)}]"
    index = next((at for at, part in enumerate(path) if isinstance(part, int)), len(path))
    inside_array = index < len(path) and _model_at(path[: index + 1]) is not None
    tables = index if inside_array else index - 1
    if tables < 1:
        return " ".join(words)
    opening, closing = ("[[", "]]") if inside_array else ("[", "]")
    return f"{opening}{'.'.join(words[:tables])}{closing} {' '.join(words[tables:])}"


def problems_from(errors: Sequence[Details], lines: dict[Path, int]) -> list[Problem]:
    """Validation errors as problems; what follows from an unknown name is left out."""
    unknown = [details["loc"][:-1] for details in errors if details["loc"][-1:] == ("[key]",)]
    return [
        _problem_from(details, lines)
        for details in errors
        if not any(
            details["loc"][: len(path)] == path and details["loc"] != (*path, "[key]")
            for path in unknown
        )
    ]


def _problem_from(details: Details, lines: dict[Path, int]) -> Problem:
    """One validation error as a problem; the value itself is never repeated."""
    path = tuple(part for part in details["loc"] if part != "[key]")
    if details["type"] == "extra_forbidden":
        return unknown_key(path, lines)
    if details["loc"][-1:] == ("[key]",):
        return _bad_name(path, lines)
    message, remedy = _words(details)
    return Problem(place(path), message, remedy, line_of(lines, path))


def unknown_key(path: Path, lines: dict[Path, int]) -> Problem:
    """A key the bot does not know, with the nearest one it does."""
    key, known = str(path[-1]), _keys(_model_at(path[:-1]))
    near = get_close_matches(key, known, n=1, cutoff=0.6)
    elsewhere = [owner for owner in _owners(key) if owner]
    if near and near[0] != key:
        remedy = f"Did you mean {near[0]}?"
    elif elsewhere:
        remedy = f"It belongs in [{elsewhere[0]}]."
    elif known:
        remedy = f"Remove it; known here: {', '.join(known)}."
    else:
        remedy = "Remove it."
    return Problem(place(path), "is not a setting.", remedy, line_of(lines, path))


def _bad_name(path: Path, lines: dict[Path, int]) -> Problem:
    if path[:1] == ("metrics",):
        names = get_args(MetricName)
        near = get_close_matches(str(path[-1]), names, n=1, cutoff=0.6)
        remedy = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}."
        return Problem(place(path), "is not a metric.", remedy, line_of(lines, path))
    remedy = "Use small letters, digits and hyphens, beginning with a letter."
    return Problem(place(path), "is not a usable name.", remedy, line_of(lines, path))


def _words(details: Details) -> tuple[str, str]:
    kind, limits = details["type"], details.get("ctx", {})
    if kind == "value_error":
        return details["msg"].removeprefix("Value error, ") + ".", "Correct it."
    if kind == "missing":
        return "is missing.", "Add it (docs/reference/settings.md shows an example)."
    if kind == "too_short":
        return "holds no entry.", "Add a table such as [environments.production]."
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _BOUNDS:
        return f"is out of range: it must be {_BOUNDS[kind].format(**limits)}.", "Correct it."
    if kind == "string_too_long":
        return f"is longer than {limits['max_length']} characters.", "Shorten it."
    if kind == "string_pattern_mismatch":
        return "is not a slash command: /name in small letters, at most 32.", "Correct it."
    return "is not usable: " + details["msg"][:1].lower() + details["msg"][1:] + ".", "Correct it."


_TYPES = {
    "float_type": ("must be a number.", "Write it without quotes, such as 10 or 2.5."),
    "finite_number": ("must be a finite number.", "Write a plain number such as 10."),
    "int_type": ("must be a whole number.", "Write it without quotes, such as 21."),
    "string_type": ("must be text.", 'Put it in quotes, such as "text".'),
    "tuple_type": ("must be a list.", 'Write it in brackets, such as ["U02ABC3DE"].'),
    "dict_type": ("must be a table.", "Write it as [name] with its keys below."),
    "model_type": ("must be a table.", "Write it as [name] with its keys below."),
}
_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
}


def _annotation_at(path: Path) -> Any:
    """What the model expects there; None where it knows nothing of the path."""
    annotation: Any = Settings
    for part in path:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if part not in annotation.model_fields:
                return None
            annotation = annotation.model_fields[str(part)].annotation
        elif get_origin(annotation) in {dict, tuple}:
            annotation = get_args(annotation)[1 if get_origin(annotation) is dict else 0]
        else:
            return None
        annotation = _bare(annotation)
    return annotation


def _model_at(path: Path) -> type[BaseModel] | None:
    annotation = _annotation_at(path)
    found = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if found else None


def _is_table(path: Path) -> bool:
    return _model_at(path) is not None or get_origin(_annotation_at(path)) is dict


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _keys(model: type[BaseModel] | None) -> list[str]:
    fields = model.model_fields if model is not None else {}
    return [name for name in fields if name not in _NOT_IN_FILE or _is_provider(model, name)]


def _is_provider(model: type[BaseModel] | None, name: str) -> bool:
    fields = model.model_fields if model is not None else {}
    return name == "name" and bool({"support", "severity"} & set(fields))


def _owners(key: str) -> list[str]:
    return [
        table
        for table in _keys(Settings)
        if (model := _model_at((table,))) is not None and key in _keys(model)
    ]


def shown(part: str | int) -> str:
    """A key of the file as it may be shown: short, printable and no secret pasted by mistake."""
    if looks_secret(str(part)):
        return "(hidden)"
    text = "".join(letter if letter.isprintable() else "?" for letter in str(part))
    return text if len(text) <= 40 else text[:39] + "…"
