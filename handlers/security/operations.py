"""An audit: every part at once, each with its own deadline; then what changed since the last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from bot.errors import OpsError
from handlers.security import dependencies, hosts, secrets, traffic
from handlers.security.result import PARTS, Audit, Part

if TYPE_CHECKING:
    from bot.runtime import Runtime

SECONDS = 150.0  # of one part


async def audit(
    runtime: Runtime,
    wanted: Sequence[str] = PARTS,
    say: Callable[[str], Awaitable[None]] | None = None,
) -> Audit:
    """Look at the wanted parts, and compare with what is remembered. Raises OpsError."""
    begun, left = time.perf_counter(), set(wanted)

    async def told(names: tuple[str, ...], work: Awaitable[Part | tuple[Part, ...]]) -> list[Part]:
        found = await _bounded(runtime, names, work)
        left.difference_update(names)
        if say is not None and left:
            await say(f"Still looking at {', '.join(sorted(left))}")
        return found

    works: list[Awaitable[list[Part]]] = []
    if "secrets" in wanted:
        works.append(told(("secrets",), secrets.look(runtime)))
    if "traffic" in wanted:
        works.append(told(("traffic",), traffic.look(runtime)))
    if "tls" in wanted:
        works.append(told(("tls",), hosts.look_at_tls(runtime)))
    if {"headers", "cookies"} & set(wanted):
        works.append(told(("headers", "cookies"), hosts.look_at_headers(runtime)))
    if "dependencies" in wanted:
        works.append(told(("dependencies",), dependencies.look(runtime)))
    parts = [part for found in await asyncio.gather(*works) for part in found]
    parts = sorted((each for each in parts if each.name in wanted), key=_place)
    store = runtime.store.security_findings
    before = store.last_audit()
    compared = store.record(
        [finding for part in parts for finding in part.findings],
        [part.name for part in parts if not part.unchecked],
        [part.name for part in parts if part.unchecked],
        runtime.now(),
    )
    seconds = time.perf_counter() - begun
    return Audit(runtime.now(), seconds, tuple(parts), compared, before)


def _place(part: Part) -> int:
    return PARTS.index(part.name)


async def _bounded(
    runtime: Runtime, names: tuple[str, ...], work: Awaitable[Part | tuple[Part, ...]]
) -> list[Part]:
    """One part that fails, or hangs, is said to be unchecked; the others go on."""
    try:
        async with asyncio.timeout(SECONDS):
            found = await work
    except TimeoutError:
        return [Part(name, unchecked=f"no answer within {SECONDS:.0f} s") for name in names]
    except OpsError as error:
        told = runtime.redactor.text(error.message.rstrip("."))
        return [Part(name, unchecked=told) for name in names]
    return list(found) if isinstance(found, tuple) else [found]
