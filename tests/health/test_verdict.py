"""The verdict over all checks, and that broken or late checks stay their own trouble."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.judging.states import State
from handlers.health.operations import run_all
from handlers.health.result import Check, Health, Verdict, verdict


def check(component: str, state: State) -> Check:
    return Check(component, state, state.value, "Because.")


@pytest.mark.parametrize(
    ("states", "expected", "code"),
    [
        ({"api": State.HEALTHY, "cache": State.HEALTHY}, Verdict.HEALTHY, 0),
        ({"api": State.HEALTHY, "backup": State.NOT_CONFIGURED}, Verdict.HEALTHY, 0),
        ({"api": State.HEALTHY, "cache": State.NOT_OFFERED}, Verdict.HEALTHY, 0),
        ({"api": State.HEALTHY, "cache": State.DOWN}, Verdict.DEGRADED, 1),
        ({"api": State.HEALTHY, "cache": State.DEGRADED}, Verdict.DEGRADED, 1),
        ({"api": State.DEGRADED}, Verdict.DEGRADED, 1),
        ({"api": State.DOWN}, Verdict.DOWN, 2),
        ({"site": State.DOWN, "api": State.HEALTHY}, Verdict.DOWN, 2),
        ({"database": State.DOWN, "cache": State.UNKNOWN}, Verdict.DOWN, 2),
        ({"api": State.HEALTHY, "cache": State.UNKNOWN}, Verdict.UNCERTAIN, 1),
        ({"api": State.UNKNOWN, "cache": State.DEGRADED}, Verdict.DEGRADED, 1),
        ({"backup": State.NOT_CONFIGURED}, Verdict.UNCERTAIN, 1),
        ({"auth": State.DOWN, "api": State.HEALTHY}, Verdict.DOWN, 2),
        ({"certificate": State.DOWN, "api": State.HEALTHY}, Verdict.DEGRADED, 1),
    ],
)
def test_the_verdict(states: dict[str, State], expected: Verdict, code: int) -> None:
    checks = tuple(check(name, state) for name, state in states.items())
    assert verdict(checks) is expected
    health = Health("production", None, datetime.now(UTC), 10.0, checks)
    assert health.exit_code == code


async def test_a_check_that_breaks_or_hangs_costs_the_others_nothing() -> None:
    async def breaks() -> Check:
        raise KeyError("secret-key-name")

    async def hangs() -> Check:
        await asyncio.sleep(30)
        raise AssertionError

    async def works() -> Check:
        return check("site", State.HEALTHY)

    found = await run_all(
        {"cache": breaks(), "api": hangs(), "site": works(), "backup": hangs()},
        {"cache": 1, "api": 0.2, "site": 1, "backup": 0.1},
    )
    states = {each.component: each.state for each in found}
    assert states == {
        "cache": State.UNKNOWN,
        "api": State.DOWN,
        "site": State.HEALTHY,
        "backup": State.UNKNOWN,
    }
    assert "KeyError" in found[0].meaning
    assert "secret-key-name" not in str(found[0])


async def test_what_is_awaited_is_told_as_checks_finish() -> None:
    async def works(seconds: float) -> Check:
        await asyncio.sleep(seconds)
        return check("site", State.HEALTHY)

    told: list[tuple[str, ...]] = []

    async def tell(waiting: tuple[str, ...]) -> None:
        told.append(waiting)

    await run_all({"api": works(0.2), "site": works(0)}, {"api": 5, "site": 5}, tell)
    assert told == [("api", "site"), ("api",)]


async def test_cancelling_a_run_stops_its_checks() -> None:
    stopped = asyncio.Event()

    async def hangs() -> Check:
        try:
            await asyncio.sleep(30)
        finally:
            stopped.set()
        raise AssertionError

    task = asyncio.create_task(run_all({"api": hangs()}, {"api": 20}))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(120):
        await stopped.wait()
