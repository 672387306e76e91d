"""Entries that say the same, together: by the message without its variable parts, and the route."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from handlers.logs.result import Entry, Group

MOST_GROUPS = 200  # kept apart in one live log
_RANK = {"error": 0, "warn": 1, "warning": 1}
_LONGEST_READ = 2_000  # characters of a message that decide its group
# In this order: what stands inside another shape is found with it.
_VARIABLE = (
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+"), "<email>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I), "<id>"),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
        "<time>",
    ),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b"), "<address>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b", re.I), "<id>"),
    (re.compile(r"(?<![\w<])\d+(?:\.\d+)?(?=(?:ms|s|kB|MB|GB|%)?\b)"), "<n>"),
)
_IN_PATH = re.compile(
    r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[0-9a-f]*\d)[0-9a-f]{12,})(?=/|$)"
)


def template(message: str) -> str:
    """The message with its variable parts named, on one line. Pure."""
    text = " ".join(message[:_LONGEST_READ].split())
    for shape, name in _VARIABLE:
        text = shape.sub(name, text)
    return text


def route(trigger: str) -> str:
    """`GET /api/pitches/:id` for `GET /api/pitches/4711`. Pure."""
    return _IN_PATH.sub(":id", trigger)


def cause(template: str) -> str:
    """A template without the paths in it: what failures of many routes have in common. Pure."""
    return " ".join(word for word in template.split() if "/" not in word)


def common_routes(groups: Sequence[Group]) -> int:
    """On how many routes most of the entries say the same; 0 where they do not. Pure."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[cause(group.template)] += group.count
    if not counts:
        return 0
    most, count = counts.most_common(1)[0]
    if count * 2 <= counts.total():
        return 0
    return len({group.route for group in groups if cause(group.template) == most})


class Groups:
    """Collects entries; beyond MOST_GROUPS new messages are only counted."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}
        self.left_out = 0

    def add(self, entry: Entry) -> Group | None:
        """The group it is the first of; None where it joins one."""
        key = (template(entry.message), route(entry.route))
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= MOST_GROUPS:
                self.left_out += 1
                return None
            group = Group(*key, entry.level, 1, entry.at, entry.at, entry, {entry.version} - {""})
            self._groups[key] = group
            return group
        group.count += 1
        group.first = min(group.first, entry.at)
        if entry.at >= group.last:
            group.last, group.sample = entry.at, entry
        group.versions |= {entry.version} - {""}
        return None

    def sorted(self) -> list[Group]:
        """Errors first, then the most frequent, then the newest."""
        return sorted(
            self._groups.values(),
            key=lambda group: (
                _RANK.get(group.level, 2), -group.count, -group.last.timestamp(), group.template,
            ),
        )  # fmt: skip


def grouped(entries: Iterable[Entry]) -> tuple[Group, ...]:
    """The groups of some entries, worst first."""
    groups = Groups()
    for entry in entries:
        groups.add(entry)
    return tuple(groups.sorted())
