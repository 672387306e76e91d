"""Numbers and statements in words. Pure."""

from __future__ import annotations

import re

from bot.frozen import quoted
from bot.quantities import counted, lasting, percent, size
from bot.statements import without_literals

__all__ = [
    "counted",
    "lasting",
    "milliseconds",
    "percent",
    "plan_without_literals",
    "planned",
    "several",
    "size",
    "without_literals",
    "word",
]

_PLAIN = re.compile(r"[\w./-]+")


def word(name: str) -> str:
    """A name as one word of a command line."""
    return name if _PLAIN.fullmatch(name) else quoted(name)


def milliseconds(number: float) -> str:
    """A length of time that may be far below one: 0.02 ms, 45 ms, 3.2 s."""
    return lasting(number / 1000) if number >= 1 else f"{max(number, 0.001):.1g}\u00a0ms"


_PLANNED = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|insert|update|delete|merge|with|values|table)\b",
    re.IGNORECASE | re.DOTALL,
)


def planned(statement: str) -> bool:
    """Whether the server has plans for statements such as this one."""
    return _PLANNED.match(statement) is not None


_NAME = re.compile(r'"(?:[^"]|"")*"')


def several(statement: str) -> bool:
    """Whether another statement may follow the first: a semicolon stands before its end."""
    return ";" in _NAME.sub("x", without_literals(statement)).rstrip("; ")


_CONDITION = re.compile(
    r"^(?P<head>\s*(?:->\s*)?[A-Z][\w /-]*?(?:Cond|Filter|Key|Expression|Output|Call|Function)?: )"
    r"(?P<rest>.*)$"
)


def plan_without_literals(line: str) -> str:
    """A line of EXPLAIN: literals of conditions become `?`; costs, rows and widths stay."""
    found = _CONDITION.match(line)
    if found is None:
        return line
    return found["head"] + without_literals(found["rest"])
