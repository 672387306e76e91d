"""Which uploaded version answers requests, asked of the platform itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clients.http_faults import NoAnswer
from bot.errors import BadAnswer

if TYPE_CHECKING:
    from bot.clients.platform import Platform

VERSION = "/api/version"
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
        told = await asyncio.gather(*(_ask(platform) for _ in range(_AT_ONCE)))
        spent = time.perf_counter() - started
        seen = Counter(version for version, _ in told if version)
        trouble = next((words for _, words in told if words), "")
        if set(seen) == {wanted} and not trouble:
            return Answered(wanted, dict(seen), spent)
        if all(words == _NOT_OFFERED for _, words in told):
            return Answered(wanted, trouble=_NOT_OFFERED, offered=False)
        if spent + _PAUSE >= deadline:
            return Answered(wanted, dict(seen), None, trouble)
        await asyncio.sleep(_PAUSE)


_NOT_OFFERED = "this release does not tell which version it is"


async def _ask(platform: Platform) -> tuple[str, str]:
    """The version that answered, or the trouble."""
    try:
        answer = await platform.get(VERSION, deadline=_EACH)
    except NoAnswer as error:
        return "", error.message
    if answer.status in {404, 405, 410, 501}:
        return "", _NOT_OFFERED
    if answer.status >= 400:
        return "", f"{VERSION} answered {answer.status}"
    try:
        body = answer.told()
    except BadAnswer:
        return "", f"{VERSION} answered no JSON"
    version = body.get("version") if isinstance(body, Mapping) else None
    return (version, "") if isinstance(version, str) and version else ("", _NOT_OFFERED)
