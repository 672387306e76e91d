"""Questions that are asked at once: the first failure ends the others before it is told."""

from __future__ import annotations

import asyncio

import pytest

from bot.together import together


async def test_answers_come_in_order() -> None:
    async def after(turns: int, answer: str) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return answer

    assert await together(after(3, "a"), after(1, "b"), after(2, "c")) == ("a", "b", "c")


async def test_nothing_runs_on_after_a_failure() -> None:
    ended: list[str] = []

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ConnectionRefusedError

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # as a connection that is closed
            ended.append("closed")

    with pytest.raises(ConnectionRefusedError):
        await together(waits(), fails(), waits())
    assert ended == ["closed", "closed"]


async def test_whoever_is_cancelled_ends_what_was_asked() -> None:
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("closed")

    task = asyncio.create_task(together(waits(), waits()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["closed", "closed"]
