"""Several copies of the bot: their processes, the store they share, the balancer before them."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.balancer import Balancer
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.door import HOST
from bot.sandbox.processes import Processes
from bot.sandbox.shared_store import SharedStore


@dataclass(frozen=True, slots=True)
class Copies:
    """`balancer` is None in Socket Mode, where Slack itself knows who is connected."""

    first: BotProcess
    others: tuple[BotProcess, ...]
    store: SharedStore
    balancer: Balancer | None


async def opened(
    stack: AsyncExitStack, folder: Path, processes: Processes, mode: str, count: int
) -> Copies:
    """Start what the copies stand on, and end it with the stack; they themselves do not run yet."""
    store, balancer = SharedStore(folder, processes), None
    stack.push_async_callback(store.stop)
    await store.start()
    own: list[dict[str, str]] = [{} for _ in range(count)]
    if mode == "http":
        ports = [free_port() for _ in range(count)]
        own = [{"PORT": str(port)} for port in ports]
        balancer = Balancer(ports)
        await balancer.start()
        stack.push_async_callback(balancer.stop)
    logs = ["bot.log", *(f"bot-{number}.log" for number in range(2, count + 1))]
    first, *others = (
        BotProcess(processes, folder / log, each) for log, each in zip(logs, own, strict=True)
    )
    return Copies(first, tuple(others), store, balancer)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
