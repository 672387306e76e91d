"""Numbers in words: sizes, lengths of time, counts. Pure."""

from __future__ import annotations

import re

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def size(count: float) -> str:
    """Bytes in steps of 1000: 12.3 MB."""
    value, unit = float(count), 0
    while abs(value) >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return (
        f"{value:.0f}\u00a0{_UNITS[unit]}"
        if unit == 0 or abs(value) >= 100
        else (f"{value:.1f}\u00a0{_UNITS[unit]}")
    )


def lasting(seconds: float) -> str:
    """A length of time in its one or two largest units: 45 ms, 3.2 s, 4 min 10 s, 2 d 3 h."""
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f}\u00a0ms"
    if seconds < 60:
        return f"{seconds:.1f}\u00a0s"
    whole = int(seconds)
    for number, (step, unit) in enumerate(_STEPS):
        if whole >= step:
            smaller, name = (*_STEPS, (1, "s"))[number + 1]
            rest = whole % step // smaller
            tail = f" {rest}\u00a0{name}" if rest else ""
            return f"{whole // step}\u00a0{unit}{tail}"
    return f"{whole}\u00a0s"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def percent(share: float) -> str:
    return f"{share:.1f}\u00a0%"


_SECRET_FREE = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<dollar>(?<![\w$])\$(?P<tag>[A-Za-z_\u0080-\uffff]\w*)\$.*?(?:\$(?P=tag)\$|\Z))
    |(?P<bare>(?<![\w$])\$\$.*?(?:\$\$|\Z))
    |(?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
    |(?P<text>(?:\b(?:[bBxXnN]|[uU]&))?'(?:[^']|'')*(?:'|\Z))
    |(?P<name>"(?:[^"]|"")*(?:"|\Z))
    |(?P<parameter>\$\d+)
    |(?P<number>(?<![\w$."])(?:0[xob][0-9a-f_]+|\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+))
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


def without_literals(statement: str) -> str:
    """The statement on one line with `?` for each text and number, and without comments.

    What was cut off in the middle of a text is hidden to its end.
    """

    def hide(found: re.Match[str]) -> str:
        if found["comment"]:
            return " "
        return found.group() if found["name"] or found["parameter"] else "?"

    return _SPACE.sub(" ", _SECRET_FREE.sub(hide, statement)).strip()


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
