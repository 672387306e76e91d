"""Numbers and statements in words. Pure."""

from __future__ import annotations

import re

from bot.frozen import quoted
from bot.quantities import counted, lasting, percent, size
from bot.statements import without_literals

__all__ = [
    "counted",
    "lasting",
    "percent",
    "plan_without_literals",
    "several",
    "size",
    "without_literals",
    "word",
]

_PLAIN = re.compile(r"[\w./-]+")


def word(name: str) -> str:
    """A name as one word of a command line."""
    return name if _PLAIN.fullmatch(name) else quoted(name)


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
