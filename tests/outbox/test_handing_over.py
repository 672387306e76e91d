"""A copy that leaves lets another one deliver: at once, in order, and nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.observability import Observability
from bot.outbox import Outbox
from bot.sandbox.workspace import OPS
from bot.settings import Settings
from bot.slack_calls import Slack
from bot.store import Store
from tests.outbox.conftest import FastClock, Handler, Stage
from tests.sandbox.workspace.stage import until


@pytest.fixture
async def two(store: Store, slack: Slack, settings: Settings) -> AsyncIterator[tuple[Outbox, ...]]:
    """Two copies over one store; their pace passes ten times as fast."""
    other = Store.open(settings.store.path)
    both = tuple(
        Outbox(each, slack, settings, Observability(), FastClock(10)) for each in (store, other)
    )
    yield both
    for each in both:
        await each.aclose(0)
    other.close()


async def test_the_next_one_goes_on_within_a_second_or_two(
    stage: Stage, two: tuple[Outbox, Outbox]
) -> None:
    first, second = two
    on_its_way = asyncio.Event()

    async def slow(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith("chat.postMessage"):
            on_its_way.set()
            await asyncio.sleep(0.3)
        return await handler(request)

    first.start()
    await until(first.delivering.is_set)
    second.start()
    for number in range(12):
        first.post(OPS, f"Message {number}", key=f"k{number}")
    stage.between.append(slow)
    await on_its_way.wait()
    began = time.monotonic()
    await first.hand_over()
    arrived = len(stage.texts(OPS))
    assert arrived >= 1  # what was on its way is not in doubt
    await until(second.delivering.is_set)
    assert time.monotonic() - began < 9  # a lease would have lasted for ten
    await until(lambda: second.delivered("k11"))
    assert stage.texts(OPS) == [f"Message {number}" for number in range(12)]
    assert [call.error for call in stage.workspace.record.calls("conversations.history")] == []


async def test_one_that_does_not_deliver_has_nothing_to_hand_over(
    two: tuple[Outbox, Outbox],
) -> None:
    first, second = two
    first.start()
    await until(first.delivering.is_set)
    second.start()
    began = time.monotonic()
    await second.hand_over()
    assert time.monotonic() - began < 5
    assert first.delivering.is_set()
