"""Copies restarted one after another while people type and messages leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.sandbox.bot_process import BotProcess
from bot.sandbox.workspace import OPS
from tests.replicas.notes import Notes, eventually, looked_at

POST_EVERY = 0.5  # seconds; Slack takes one a second in a channel, so two channels take turns
CHANNELS = (OPS, "C0ALERTS01")


@dataclass(frozen=True, slots=True)
class Restarted:
    """`stops` is how many seconds each stop took; `latest` how late the latest message came."""

    stops: tuple[float, ...]
    codes: tuple[int | None, ...]
    latest: float


async def restart_in_turn(
    notes: Notes, rate: float, mode: str, variables: Mapping[str, str], series: str
) -> Restarted:
    """SIGTERM to one copy after another, each started again before the next one is stopped."""
    world, stop = notes.world, asyncio.Event()
    typing = asyncio.create_task(notes.keep_typing(rate, stop, series))
    posting = asyncio.create_task(_keep_posting(notes, stop, series))
    stops, codes = [], []
    try:
        await asyncio.sleep(1.0)
        for copy in (world.bot, *world.copies):
            began = time.monotonic()
            codes.append(await copy.stop())
            stops.append(time.monotonic() - began)
            await start(notes, copy, mode, variables)
            await asyncio.sleep(0.5)
    finally:
        stop.set()
        await typing
        latest = await posting
    return Restarted(tuple(stops), tuple(codes), latest)


async def start(notes: Notes, copy: BotProcess, mode: str, variables: Mapping[str, str]) -> None:
    world = notes.world
    await copy.start(mode, variables, lambda _: None)
    if world.balancer is not None and mode == "http":
        await world.balancer.sees(1 + len(world.copies))


async def _keep_posting(notes: Notes, stop: asyncio.Event, series: str) -> float:
    """Store messages at an even pace; the longest that one took until Slack had it, in seconds."""
    stored: dict[str, float] = {}
    with looked_at(notes.world) as store:
        while not stop.is_set():
            number = len(stored)
            text = f"Message {series} {number}"
            stored[text] = time.monotonic()
            await asyncio.to_thread(
                store.outbox.add, CHANNELS[number % 2], text, (), f"{series}:{number}"
            )
            await asyncio.sleep(POST_EVERY)
    with suppress(TimeoutError):
        await eventually(lambda: stored.keys() <= notes.arrived.keys(), 120)
    late = time.monotonic()
    return max(notes.arrived.get(text, late) - began for text, began in stored.items())
