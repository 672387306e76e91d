"""Quantities in words: sizes, lengths of time, counts, shares. Pure."""

from __future__ import annotations

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
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
    """1 row, 2 rows; `many` where it is no plain s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def percent(share: float) -> str:
    return f"{share:.1f}\u00a0%"
