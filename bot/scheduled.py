"""Guarded commands that a schedule runs: asked for as by anybody, and waited for."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.command import Invocation, Person, Surface
from bot.errors import OpsError
from bot.payloads import reference
from bot.store.operation_rows import OperationRecord, State

if TYPE_CHECKING:
    from bot.runtime import Runtime

_LOOK = 1.0  # seconds between two looks at the journal
_STOPS_WITHIN = 8.0  # seconds: then a stopping process has recorded what runs as interrupted


async def carried_out(runtime: Runtime, name: str, line: str) -> str:
    """Run `line` as the schedule of that name, and answer its result in words.

    Raises OpsError where it was refused, failed, was cancelled or interrupted.
    """
    person = Person(f"schedule:{name}", "the schedule")
    reply = await runtime.run(Invocation(reference(), person, Surface.SCHEDULE, line))
    told = reply.data if isinstance(reply.data, dict) else {}
    operation = str(told.get("operation", ""))
    if reply.outcome != "started" or not operation:
        if reply.outcome not in ("succeeded", "started"):
            raise OpsError(plain(reply.text))
        return plain(reply.text)
    try:
        record = await _ended(runtime, operation)
    except asyncio.CancelledError:
        # This process stops. Who runs the schedule next must not find the target still taken.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOPS_WITHIN):
                await _ended(runtime, operation)
        raise
    text = plain(str((record.result or {}).get("text", ""))) if record else ""
    if record is None or record.state is not State.SUCCEEDED:
        state = record.state.value if record else "lost"
        raise OpsError(text or f"The operation {operation} is {state}.")
    return text


async def _ended(runtime: Runtime, operation: str) -> OperationRecord | None:
    while True:
        record = runtime.store.operations.get(operation)
        if record is None or record.state.final:
            return record
        await asyncio.sleep(_LOOK)


def plain(text: str) -> str:
    """Without the emoji of its first word."""
    first, _, rest = text.partition(" ")
    return rest if first.startswith(":") and first.endswith(":") and rest else text
