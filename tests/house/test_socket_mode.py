"""Leaving Slack: what it sent is acknowledged first, and nothing more is taken."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.inbox import Inbox
from bot.payloads import Request
from bot.sandbox.workspace import ANA, OPS
from bot.socket_mode import socket_mode
from handlers import help as help_feature
from tests.house.real_bot import real_bot
from tests.sandbox.workspace.stage import until


async def test_what_came_before_the_goodbye_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is slow to take what was typed, and the process is stopped meanwhile."""
    claim, taken = Inbox.claim, asyncio.Event()

    async def slowly(inbox: Inbox, request: Request) -> bool:
        taken.set()
        await asyncio.sleep(0.5)
        return await claim(inbox, request)

    monkeypatch.setattr(Inbox, "claim", slowly)
    async with real_bot(tmp_path, help_feature.FEATURE, connect=False) as bot:
        async with socket_mode(bot.connected) as way:
            typed = asyncio.create_task(bot.workspace.act.slash(ANA, OPS, "/pitchey help"))
            await taken.wait()
            await way.leave(others=True)
            outcome = await typed
            assert outcome.ok, outcome
            await until(lambda: not bot.workspace.delivery.sockets.connections)
            refused = await bot.workspace.act.slash(ANA, OPS, "/pitchey help")
            assert not refused.ok
        await bot.actor(ANA).sees("commands", anytime=True)
