"""One playbook file → a Playbook, or every mistake with its line and a remedy. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from bot.playbooks.models import Playbook

LARGEST = 256_000  # characters
_DEEPEST = 20
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `advice` marks what should be better and keeps nothing from running."""

    file: str
    line: int
    message: str
    remedy: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Source:
    """A playbook as it was read: its text, the fingerprint of it, and the line of each part."""

    file: str
    text: str
    playbook: Playbook
    lines: dict[Place, int]

    @property
    def version(self) -> str:
        return version_of(self.text)

    def line(self, *place: str | int) -> int:
        """The line of that place, or of the nearest one around it."""
        return _nearest(self.lines, place)


def version_of(text: str) -> str:
    """The fingerprint of a playbook's text: 12 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read(text: str, file: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """The playbook, or None with what is wrong; nothing is checked against other things yet."""
    if len(text) > LARGEST:
        return None, (
            Problem(file, 1, f"The file has more than {LARGEST:,} characters.", "Split it."),
        )
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = f"This is not YAML: {error.problem or error.context}."
        return None, (
            Problem(file, line, said, "Correct the line; text with : or # needs quotes."),
        )
    except (yaml.YAMLError, RecursionError, ValueError):
        return None, (
            Problem(file, 1, "This is not YAML text.", "Save it as UTF-8, without control bytes."),
        )
    reader = _Reader(file)
    data = reader.value(node, (), 0) if node is not None else {}
    if reader.problems:
        return None, tuple(reader.problems)
    if not isinstance(data, dict):
        return None, (Problem(file, 1, "The file is not a playbook.", "Begin with name: …"),)
    try:
        playbook = Playbook.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, tuple(_explained(file, reader.lines, one) for one in found)
    return Source(file, text, playbook, reader.lines), ()


class _Reader:
    """Nodes → values, all scalars as text: `on` stays a word, 2026-11-01 what was written."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, place: Place, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if depth > _DEEPEST:
            self._note(line, "This is nested too deeply.", "A playbook has phases and steps.")
            return None
        if not isinstance(node, yaml.ScalarNode):
            if id(node) in self._seen:
                self._note(line, "An alias (*name) is used.", "Write the part out instead.")
                return None
            self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(each, (*place, number), depth + 1)
                for number, each in enumerate(node.value)
            ]
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() in ("true", "false"):
            return node.value.lower() == "true"
        return str(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(line, "A key is not a word.", "Write key: value.")
                continue
            key = str(key_node.value)
            if key in made:
                self._note(line, f"`{key}` is there twice.", "Keep one of them.")
            self.lines[(*place, key)] = line
            made[key] = self.value(value_node, (*place, key), depth + 1)
        return made

    def _note(self, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, message, remedy))


def _nearest(lines: dict[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _explained(file: str, lines: dict[Place, int], error: Any) -> Problem:
    """Pydantic's finding in the words of whoever writes playbooks."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    key = str(place[-1]) if place else "playbook"
    name = f"`{key}`" if not key.isdigit() else f"Entry {int(key) + 1} of `{place[-2]}`"
    kind, limits = error["type"], error.get("ctx") or {}
    line = _nearest(lines, place)
    match kind:
        case "missing":
            message, remedy = f"{name} is missing.", f"Add {key}: … here."
        case "extra_forbidden":
            message = f"{name} is not known here."
            remedy = "Remove it, or correct its spelling: docs/reference/playbooks.md lists all."
        case "string_pattern_mismatch":
            message = f"{name} is not a plain name."
            remedy = "Use small letters, digits and single hyphens, such as block-addresses."
        case "literal_error" | "enum":
            message, remedy = f"{name} is not one of the words.", f"Write {limits['expected']}."
        case "string_too_short" | "too_short":
            message, remedy = f"{name} is empty.", "Fill it in."
        case "string_too_long" | "too_long":
            message = f"{name} is too long."
            remedy = f"At most {limits.get('max_length', '')}."
        case "value_error":
            reason = str(limits.get("error", error["msg"]))
            subject = name if reason.startswith(("is ", "has ", "says ")) else f"In {name},"
            message, remedy = f"{subject} {reason}.", "Correct it."
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            message, remedy = f"{name} is not a date.", "Write it as 2026-11-24."
        case "bool_parsing" | "bool_type":
            message, remedy = f"{name} is neither true nor false.", "Write true or false."
        case _:
            message, remedy = f"{name}: {error['msg']}.", "Correct it."
    return Problem(file, line, message, remedy)
