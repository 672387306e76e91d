"""Whether a version answers every request, asked of the platform itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clients.platform_version import NOT_TOLD, told_version

if TYPE_CHECKING:
    from bot.clients.platform import Platform

_AT_ONCE = 5  # requests of one round
_PAUSE = 0.25  # seconds between two rounds
_EACH = 5.0  # seconds for one request


@dataclass(frozen=True, slots=True)
class Answered:
    """The last round of questions. `seen` counts answers by version id.

    `agreed` is how many seconds it took until a whole round was answered by the wanted version;
    None where that did not happen. `trouble` says what came instead. `offered` is False where
    this release does not tell its version.
    """

    wanted: str
    seen: Mapping[str, int] = field(default_factory=dict)
    agreed: float | None = None
    trouble: str = ""
    offered: bool = True


async def answering(platform: Platform, wanted: str, *, deadline: float = 10.0) -> Answered:
    """Ask in rounds until all answers of one come from `wanted`. Raises nothing of the platform's.

    A round is five requests side by side: with a split in effect they would tell.
    """
    started = time.perf_counter()
    while True:
        asked = (told_version(platform, deadline=_EACH) for _ in range(_AT_ONCE))
        told = await asyncio.gather(*asked)
        spent = time.perf_counter() - started
        seen = Counter(each.version for each in told if each.version)
        trouble = next((each.trouble for each in told if each.trouble), "")
        if set(seen) == {wanted} and not trouble:
            return Answered(wanted, dict(seen), spent)
        if all(each.trouble == NOT_TOLD for each in told):
            return Answered(wanted, trouble=NOT_TOLD, offered=False)
        if spent + _PAUSE >= deadline:
            return Answered(wanted, dict(seen), None, trouble)
        await asyncio.sleep(_PAUSE)
