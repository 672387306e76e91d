"""What Slack said, kept for a while: one reading at a time per key, renewed before it ends."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.errors import OpsError, Unreachable
from bot.slack_refusals import SlackRefused

log = logging.getLogger(__name__)
Value = TypeVar("Value")
Clock = Callable[[], float]
WAIT_SECONDS = 3.0  # how long one question of a person waits for Slack, all readings together
PAUSE_SECONDS = 15.0  # after a failure nobody waits for another try so soon
RENEW_AFTER = 0.7  # of the time a reading is fresh
MOST_KEYS = 5_000
# Codes that say "not now"; every other refusal is Slack's answer to the question.
_NOT_NOW = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
     "request_timeout", "team_added_to_org"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """`trouble` says why there is no fresh value; an older `value`, `age` seconds old, may stay.

    After a refusal there is none: what Slack takes back is not used on.
    """

    value: Value | None
    age: float = 0.0
    trouble: OpsError | None = None


@dataclass(slots=True)
class _Kept(Generic[Value]):
    value: Value | None = None
    read_at: float = 0.0
    trouble: OpsError | None = None
    failed_at: float = float("-inf")
    reading: asyncio.Task[None] | None = None


class Readings(Generic[Value]):
    """Answers by key from `read`, which raises OpsError. `clock` counts seconds, as it likes."""

    def __init__(
        self, read: Callable[[str], Awaitable[Value]], fresh: float, clock: Clock = time.monotonic
    ) -> None:
        self._read = read
        self._fresh = fresh
        self._clock = clock
        self._kept: dict[str, _Kept[Value]] = {}

    async def get(
        self, key: str, wait: float = WAIT_SECONDS, newer_than: float = math.inf
    ) -> Reading[Value]:
        """The value for the key; waits at most `wait` seconds, and not at all while it is fresh.

        It counts as fresh for `newer_than` seconds at most, where somebody has to be sure.
        """
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= MOST_KEYS:
                self._kept.pop(next(iter(self._kept)))
            kept = self._kept[key] = _Kept()
        age = self._clock() - kept.read_at
        if kept.value is not None and age < min(self._fresh, newer_than):
            if age >= self._fresh * RENEW_AFTER:
                self._start(key, kept)
            return Reading(kept.value, age)
        if self._clock() - kept.failed_at >= PAUSE_SECONDS:
            await asyncio.wait({self._start(key, kept)}, timeout=max(wait, 0.0))
            if kept.reading is not None:  # others need not wait for the same silence
                kept.trouble = Unreachable(f"Slack did not answer within {WAIT_SECONDS:.0f} s.")
                kept.failed_at = self._clock()
        return Reading(kept.value, self._clock() - kept.read_at, kept.trouble)

    def known(self, key: str) -> Value | None:
        """The last value, however old; asks nobody."""
        kept = self._kept.get(key)
        return kept.value if kept else None

    def renew(self) -> None:
        """Read again, in the background, what will end soon or has failed."""
        for key, kept in tuple(self._kept.items()):
            if self._clock() - kept.read_at >= self._fresh * RENEW_AFTER or kept.trouble:
                self._start(key, kept)

    async def settled(self) -> None:
        """Wait until nothing is being read any more."""
        await asyncio.gather(*self._tasks())

    async def aclose(self) -> None:
        """End what is being read."""
        tasks = self._tasks()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [kept.reading for kept in self._kept.values() if kept.reading]

    def _start(self, key: str, kept: _Kept[Value]) -> asyncio.Task[None]:
        if kept.reading is None:
            kept.reading = asyncio.create_task(self._renewed(key, kept))
        return kept.reading

    async def _renewed(self, key: str, kept: _Kept[Value]) -> None:
        asked_at = self._clock()
        try:
            kept.value = await self._read(key)
            kept.read_at, kept.trouble, kept.failed_at = asked_at, None, float("-inf")
        except OpsError as error:
            log.info("not read from Slack: %s: %s", key, error)
            kept.trouble, kept.failed_at = error, self._clock()
            if answered(error):
                kept.value = None
        finally:
            kept.reading = None


def answered(error: OpsError) -> bool:
    """Whether Slack said no, rather than nothing or "not now"."""
    return isinstance(error, SlackRefused) and error.code not in _NOT_NOW


def reason(error: OpsError, scope: str) -> str:
    """Why something could not be read, for the end of a sentence: `missing scope users:read`."""
    if isinstance(error, SlackRefused):
        return f"missing scope {scope}" if error.code == "missing_scope" else error.code
    return error.message.rstrip(".")
