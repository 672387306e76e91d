"""A purge as it runs: batch after batch, waiting where Cloudflare says so, nothing left out."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clients import cloudflare_purge
from bot.clients.cloudflare import CloudflareError, CloudflareLimited
from bot.errors import BadAnswer, OpsError, Unreachable
from bot.live.lost_answers import lost
from bot.planning import Operation
from bot.purging.planning import EdgeWork, PurgePlan, find_keys
from bot.purging.proof import Proof, Seen, ask

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Settings

Pause = Callable[[float], Awaitable[None]]
Say = Callable[[str], Awaitable[None]]
_TRIES = 4  # of one batch, where Cloudflare fails; too many requests are waited out
_LONGEST_WAIT = 320.0  # seconds: the whole API is closed for five minutes at most
_KEYS_SECONDS = 20.0
_SHARE = 0.95  # of the addresses a second that the plan allows
_LOOKS = 5  # at a page that should be fresh
_NOUNS = {
    "files": "addresses", "prefixes": "prefixes", "tags": "tags", "hosts": "hosts",
    "everything": "everything",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EdgeDone:
    """`values` were sent in `requests`; `skipped` had been done before an interruption."""

    kind: str
    values: int
    requests: int
    skipped: int
    waits: int
    waited: float  # seconds


@dataclass(frozen=True, slots=True)
class Purged:
    """`keys` were deleted in Redis, None where it was not asked; `again` are back already."""

    plan: PurgePlan
    edge: tuple[EdgeDone, ...]
    keys: int | None
    again: int
    proofs: tuple[Proof, ...]
    seconds: float
    stale: bool


async def purge(
    clients: Clients,
    settings: Settings,
    found: PurgePlan,
    operation: Operation,
    say: Say,
    *,
    stale: bool = False,
    pause: Pause = asyncio.sleep,
) -> Purged:
    """Do it; resumable. Raises as Cloudflare.call and Upstash.use do, with what is done so far
    in the journal's steps."""
    began = time.monotonic()
    before = await asyncio.gather(*(ask(clients.http, url) for url in found.samples))
    done = [
        await purge_edge(clients, work, operation, say, stale=stale, pause=pause)
        for work in found.edge
    ]
    keys, again = None, 0
    if found.keys is not None:
        keys, again = await _purge_keys(clients, settings, found, operation)
    proofs: list[Proof] = []
    if before:
        await operation.step("Ask for the pages again")
        looks = (_proof(clients, each, pause) for each in before)
        proofs = list(await asyncio.gather(*looks))
    seconds = time.monotonic() - began
    return Purged(found, tuple(done), keys, again, tuple(proofs), seconds, stale)


async def purge_edge(
    clients: Clients,
    work: EdgeWork,
    operation: Operation,
    say: Say,
    *,
    stale: bool = False,
    pause: Pause = asyncio.sleep,
) -> EdgeDone:
    """Every batch, each once, in the plan's pace."""
    pace = _Pace(work, say, pause)
    total, at, skipped, requests = len(work.values), 0, 0, 0
    for batch in work.batches:
        noun, verb = _NOUNS[work.kind], "Mark as stale" if stale else "Purge"
        span = f" {at + 1:,} to {at + len(batch):,} of {total:,}" if len(batch) < total else ""
        # The list's digest: a step that is skipped on resuming must be about the same values.
        name = f"{verb} {noun}{span} at the edge (list {work.digest})"
        at += len(batch)
        if name in operation.finished_steps:
            skipped += len(batch)
            continue
        await operation.step(name)
        await pace.before(len(batch))
        await pace.take(
            lambda values=batch: cloudflare_purge.purge(  # type: ignore[misc]
                clients.cloudflare, work.kind, values, stale=stale
            )
        )
        requests += 1
    return EdgeDone(work.kind, total - skipped, requests, skipped, pace.waits, pace.waited)


class PerhapsPurged(Unreachable):
    """A batch was sent several times, and no answer came: it may have been purged."""

    def __init__(self, times: int, failure: OpsError) -> None:
        super().__init__(
            "It is NOT KNOWN whether everything was purged at the edge: Cloudflare's answer was "
            f"lost {times} times. {failure.message}",
            "Purging the same again does no harm: try again once Cloudflare answers.",
        )


class _Pace:
    """Slower than the plan allows only where somebody else purges as well."""

    def __init__(self, work: EdgeWork, say: Say, pause: Pause) -> None:
        self._work, self._say, self._pause = work, say, pause
        self._sent = 0
        self._began: float | None = None  # when the first batch was taken
        self.waits, self.waited = 0, 0.0

    async def before(self, count: int) -> None:
        """Wait until so many more values are within the URLs a second of the plan."""
        if self._work.kind != "files":
            return
        self._sent += count
        # A second's worth may go at once; a little slower than allowed, as clocks differ.
        due = self._sent / (_SHARE * self._work.limits.urls_per_second) - 1
        late = due - (time.monotonic() - self._began) if self._began is not None else 0
        if late > 0:
            await self._pause(late)

    async def take(self, send: Callable[[], Awaitable[None]]) -> None:
        """Send until it is taken; a purge that was taken twice does no harm.

        Raises PerhapsPurged where answers were lost to the end.
        """
        failures, doubtful = 0, False
        while True:
            try:
                await send()
            except CloudflareLimited as limited:
                usual = max(1.0, 1 / self._work.limits.requests_per_second)
                wait = math.ceil(limited.retry_after or usual)
                if wait > _LONGEST_WAIT:
                    raise
                self.waits += 1
                self.waited += wait
                await self._say(f"Cloudflare asks to wait {wait} s; nothing is left out.")
                await self._pause(wait)
            except (Unreachable, BadAnswer, CloudflareError) as failure:
                if isinstance(failure, CloudflareError) and not lost(failure):
                    raise  # refused
                failures += 1
                doubtful = doubtful or lost(failure)
                if failures >= _TRIES:
                    if doubtful:
                        raise PerhapsPurged(failures, failure) from failure
                    raise
                await self._say("Cloudflare gave no answer; the same is purged once more.")
                await self._pause(2.0**failures)
            else:
                self._began = time.monotonic() if self._began is None else self._began
                return


async def _purge_keys(
    clients: Clients, settings: Settings, found: PurgePlan, operation: Operation
) -> tuple[int, int]:
    """(how many keys were deleted, how many are back already)."""
    patterns = found.keys.patterns if found.keys else ()
    await operation.step(f"Delete Redis keys by {', '.join(patterns)[:80]}")
    keep = settings.cache.keep_keys
    now = await find_keys(clients.upstash, patterns, keep)
    gone = await clients.upstash.delete(now.matched, deadline=_KEYS_SECONDS)
    after = await find_keys(clients.upstash, patterns, keep)
    return gone, len(after.matched)


async def _proof(clients: Clients, before: Seen, pause: Pause) -> Proof:
    proof = Proof(before, await ask(clients.http, before.url))
    for look in range(_LOOKS):
        if proof.fresh is not False:
            break
        await pause(0.2 * 2**look)
        proof = Proof(before, await ask(clients.http, before.url))
    return proof
