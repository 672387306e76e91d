"""One way the sandbox's world can break."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One switch. `amount` is its default strength in `unit` (seconds, percent), if it has one."""

    name: str
    part: str  # the part of the world it breaks: platform, site, database, cache, storage, …
    title: str
    effect: str  # what a person will see
    amount: float | None = None
    unit: str = ""
