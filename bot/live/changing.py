"""Changing what is live: never over a split that nobody approved, and never in doubt after."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.clients.cloudflare_answers import CloudflareLimited
from bot.clients.cloudflare_deployments import (
    Deployment,
    Share,
    deploy,
    deployments,
    same_split,
)
from bot.clients.cloudflare_refusals import CloudflareError
from bot.errors import BadAnswer, OpsError, Unreachable
from bot.live.lost_answers import LOST, ONE_LOOK, lost, not_known, nothing_changed, seen

if TYPE_CHECKING:
    from bot.clients.cloudflare import Cloudflare

_Result = TypeVar("_Result")
_TIMES = 3
_LONGEST_WAIT = 8.0  # seconds that Cloudflare may ask for before another try
_ASK_AGAIN = "See `deployments`, then ask again."


class LiveChanged(OpsError):
    """What is live is not what was approved or sent: somebody deployed in between."""

    permanent = True

    def __init__(
        self, live: Deployment | None, expected: tuple[Share, ...], *, sent: bool = False
    ) -> None:
        by = f" by {live.author}" if live and live.author else ""
        now = f"{told(live.shares if live else ())}{by}"
        if sent:
            words = f"Somebody deployed in the same moment: now live is {now}, and not what was "
            words += f"sent, {told(expected)}."
        else:
            words = f"What is live is not what was approved: now {now}, expected {told(expected)}. "
            words += "Nothing was changed."
        super().__init__(words, _ASK_AGAIN)
        self.live = live

    @classmethod
    def of_site(cls, live: str, expected: str) -> LiveChanged:
        """The same of the site: short ids of builds."""
        made = cls(None, ())
        made.message = f"Live of the site is build {live}, and not {expected}, as was expected."
        made.args = (made.message,)
        return made


@dataclass(frozen=True, slots=True)
class Changed:
    """`before` was live until then; `api_seconds` is the time Cloudflare's answers took in all.

    `noticed` is set where Cloudflare gave no answer, and the change was found by looking.
    `overtaken` is somebody's deployment that came between the look and the change.
    """

    before: Deployment | None
    deployment: Deployment
    api_seconds: float
    noticed: bool = False
    overtaken: Deployment | None = None


def told(shares: Iterable[Share]) -> str:
    """A split in words: `3f2a1b9c 90 %, 77aa00e1 10 %`. Pure."""
    return ", ".join(f"{each.version[:8]} {each.percent:g} %" for each in shares) or "nothing"


async def put_live(  # noqa: PLR0913 - every option is keyword-only
    cloudflare: Cloudflare,
    script: str,
    shares: Iterable[Share],
    *,
    expected: Iterable[Share] | None,
    message: str,
    force: bool = False,
    deadline: float = 60.0,
    environment: str = "",
    say: Callable[[str], Awaitable[None]] | None = None,
) -> Changed:
    """Deploy this split, after a look that `expected` is live, with another look afterwards.

    `expected` None skips the first comparison. Where Cloudflare does not answer or asks to wait,
    it is looked whether the split is live, and only then sent again, three times in all; the last
    look has a time of its own after `deadline`. `environment` is where to look, for a button; `say`
    hears of an answer that was lost where the change was done.
    Raises LiveChanged, NothingChanged, Unknown, SecretsChanged, and what Cloudflare.call does.
    """
    wanted, clock = tuple(shares), _Clock()
    approved = None if expected is None else tuple(expected)
    sending = _Sending(cloudflare, script, wanted, message, force, clock, environment)
    changed = await _in_time(sending, approved, deadline)
    if changed.noticed and say is not None:
        await say(LOST.removesuffix("."))
    return changed


async def _in_time(
    sending: _Sending, approved: tuple[Share, ...] | None, deadline: float
) -> Changed:
    try:
        async with asyncio.timeout(deadline):
            before = await sending.clock.look(sending.cloudflare, sending.script)
            if approved is not None and not same_split(before.shares if before else (), approved):
                raise LiveChanged(before, approved)
            return await sending.after(before)
    except TimeoutError as late:
        words = f"Cloudflare took longer than {deadline:g} s."
        failure = Unreachable(words, "See cloudflarestatus.com.")
        if not sending.begun:
            raise failure from late
        return await sending.found(failure)


@dataclass(slots=True)
class _Sending:
    cloudflare: Cloudflare
    script: str
    wanted: tuple[Share, ...]
    message: str
    force: bool
    clock: _Clock
    environment: str
    before: Deployment | None = None
    begun: bool = False

    async def after(self, before: Deployment | None) -> Changed:
        """Send until it is live, at most three times, and never again without a look."""
        self.before, doubtful = before, False
        for attempt in range(1, _TIMES + 1):
            self.begun = True
            try:
                made = await self._once()
            except (Unreachable, BadAnswer, CloudflareError) as failure:
                if isinstance(failure, CloudflareError) and failure.status >= 400:
                    raise  # a refusal changes nothing
                if attempt < _TIMES and await _waited(failure):
                    continue
                if isinstance(failure, CloudflareLimited):
                    raise  # nothing was done, and waiting would take too long
                doubtful = doubtful or lost(failure)
                if attempt == _TIMES or doubtful:
                    changed = await self._looked(failure, last=attempt == _TIMES)
                    if changed is not None:
                        return changed
                await asyncio.sleep(0.5 * attempt)
            else:
                return await self._checked(made)
        raise AssertionError("unreachable")

    async def found(self, failure: OpsError) -> Changed:
        """What a look shows; raises NothingChanged, Unknown and LiveChanged."""
        changed = await self._looked(failure, last=True)
        assert changed is not None  # noqa: S101 - the last look tells or raises
        return changed

    async def _once(self) -> Deployment:
        sent = deploy(
            self.cloudflare, self.script, self.wanted, message=self.message, force=self.force
        )
        return await self.clock.measure(sent)

    async def _checked(self, made: Deployment) -> Changed:
        """Look whether it is what is live, and whether anybody came in between."""
        before = self.before
        try:
            history = await self.clock.history(self.cloudflare, self.script)
        except OpsError:
            # Cloudflare had said yes; what the platform answers is asked next.
            return Changed(before, made, self.clock.seconds)
        if not history or not same_split(history[0].shares, self.wanted):
            raise LiveChanged(history[0] if history else None, self.wanted, sent=True)
        place = next((at for at, each in enumerate(history) if each.id == made.id), len(history))
        overtaken = history[place + 1] if place + 1 < len(history) else None
        if before is None or overtaken is None or overtaken.id == before.id:
            overtaken = None
        return Changed(before, made, self.clock.seconds, overtaken=overtaken)

    async def _looked(self, failure: OpsError, *, last: bool) -> Changed | None:
        """None where it was not done and may be sent again."""
        now = await seen(
            lambda: self.clock.look(self.cloudflare, self.script),
            self._is_new,
            lambda _blind: not_known(
                "whether the deployment took effect", failure, self.environment
            ),
        )
        if now is None or not self._is_new(now):
            if last:
                stands = told(self.before.shares if self.before else ())
                raise nothing_changed(f"live is {stands}", failure) from failure
            return None
        if not same_split(now.shares, self.wanted):
            raise LiveChanged(now, self.wanted, sent=True) from failure
        return Changed(self.before, now, self.clock.seconds, noticed=True)

    def _is_new(self, found: Deployment | None) -> bool:
        return found is not None and (self.before is None or found.id != self.before.id)


async def _waited(failure: OpsError) -> bool:
    """Whether Cloudflare asked for a short pause, which is over now; it did nothing then."""
    wait = failure.retry_after or 0.0 if isinstance(failure, CloudflareLimited) else 0.0
    if not 0 < wait <= _LONGEST_WAIT:
        return False
    await asyncio.sleep(wait)
    return True


class _Clock:
    """Adds up how long Cloudflare took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def measure(self, call: Awaitable[_Result]) -> _Result:
        begun = time.perf_counter()
        try:
            return await call
        finally:
            self.seconds += time.perf_counter() - begun

    async def history(self, cloudflare: Cloudflare, script: str) -> tuple[Deployment, ...]:
        return await self.measure(deployments(cloudflare, script, deadline=ONE_LOOK))

    async def look(self, cloudflare: Cloudflare, script: str) -> Deployment | None:
        found = await self.history(cloudflare, script)
        return found[0] if found else None
