"""Production, step by step: a test before anybody meets the new version, then the canary."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.errors import OpsError
from bot.live import LiveChanged
from bot.store.deploys_rows import StepState
from bot.verification import Verification, verify
from handlers.deploys.canary import Canary
from handlers.deploys.changing import check_nobody_else, move
from handlers.deploys.comparison import Compared, Verdict
from handlers.deploys.evidence import total
from handlers.deploys.flight import BACK, GO, Flight, GoBack
from handlers.deploys.looking import HEALTH_EVERY, look, speed_before, unread
from handlers.deploys.steps import PRODUCTION, VERIFY

log = logging.getLogger(__name__)
HOLD = "hold"
STORE_AWAY = 300.0  # seconds that the bot's own store may be away; then people decide
_TICK = 0.5  # seconds between two looks at what people pressed


async def to_production(flight: Flight) -> None:
    """From 0 to 100 %, beginning where a crash left it; raises GoBack, Ended and OpsError."""
    if flight.over(PRODUCTION):
        return
    await flight.begin(PRODUCTION, f"{flight.record.previous_called} is the way back")
    if flight.canary.going_back:
        raise GoBack(flight.canary.going_back)
    if flight.canary.before is None:
        await _look_before(flight)
    if flight.canary.going_to is not None:
        await move(flight, flight.canary.going_to)
    if flight.canary.percent is None:
        flight.must_stop()  # pressed while the backup was made: production is not touched at all
        await move(flight, 0)
    if flight.canary.percent == 0:
        await _smoke_test(flight)
        await _next(flight)
    while flight.canary.percent != 100:
        await _watch(flight)
        await _next(flight)
    flight.mark(PRODUCTION, StepState.PASSED, f"{flight.record.called} answers every request")


async def verified(flight: Flight) -> None:
    """The environment is well with the new version at 100 %; looked at twice. Raises GoBack."""
    if flight.over(VERIFY):
        return
    await flight.begin(VERIFY)
    told = ""
    for number in (1, 2):
        wish = flight.wished().get(BACK)
        if wish is not None:
            raise GoBack(f"{wish.person_name} pressed Roll back.", wish.person_name)
        found = await _verify(flight, overriding=False)
        if not found.good:
            flight.mark(VERIFY, StepState.FAILED, found.problems[0], _lines(found))
            raise GoBack(" ".join(found.problems))
        told = found.summary
        if number == 1:
            await asyncio.sleep(flight.settings.deploys.look_seconds)
            await check_nobody_else(flight)
    flight.mark(VERIFY, StepState.PASSED, told, _lines(found))


async def _look_before(flight: Flight) -> None:
    """How production is now: what is wrong already is not blamed on the new version."""
    await flight.progress.say("Looking at production before anything is changed")
    try:
        limits = await speed_before(flight)
    except OpsError as error:
        await flight.progress.say(f"The old version's speed is not known: {error.message}")
        limits = None
    before = await verify(
        flight.settings,
        flight.runtime.clients,
        flight.environment,
        requests=flight.settings.deploys.test_requests,
        say=flight.progress.say,
    )
    flight.keep(replace(flight.canary, before=before, limits=limits))


async def _smoke_test(flight: Flight) -> None:
    """The new version, asked by header while nobody else meets it. Raises GoBack."""
    found = await _verify(flight, overriding=True)
    if not found.good:
        raise GoBack(f"The test at 0 % of the requests failed. {' '.join(found.problems)}")
    _must_stay(flight)
    if found.proved is None:
        note = f"could not be tested at 0 %: {found.unsure[0]}"
    else:
        note = f"tested at 0 %: {found.summary}"
    flight.mark(PRODUCTION, StepState.RUNNING, note)


async def _verify(flight: Flight, *, overriding: bool) -> Verification:
    return await verify(
        flight.settings,
        flight.runtime.clients,
        flight.environment,
        expect_version=flight.record.version,
        overriding=overriding,
        before=flight.canary.before,
        requests=flight.settings.deploys.test_requests,
        say=flight.progress.say,
    )


async def _next(flight: Flight) -> None:
    following = flight.canary.following
    assert following is not None  # noqa: S101 - the last step is 100, where the loop ends
    await flight.operation.step(f"Production: {following} % to {flight.record.called}")
    await move(flight, following)


async def _watch(flight: Flight) -> None:
    """Stay at this percentage until it may go on. Raises GoBack and Ended.

    Where the bot's own store is away for a while, it is waited for: nobody else watches.
    """
    looks, trouble = _Looks(float(flight.settings.deploys.look_seconds)), 0.0
    while True:
        try:
            if await _watched(flight, looks):
                return
            trouble = 0.0
        except OpsError as error:
            trouble = trouble or time.monotonic()
            if isinstance(error, LiveChanged) or time.monotonic() - trouble > STORE_AWAY:
                raise
            log.warning("%s is watched on: %s", flight.record.id, error)
            await asyncio.sleep(_TICK)


@dataclass(slots=True)
class _Looks:
    """When it was looked last, by the monotonic clock: at numbers every `every` seconds."""

    every: float
    numbers_at: float = field(default_factory=lambda: -math.inf)
    health_at: float = field(default_factory=time.monotonic)


async def _watched(flight: Flight, looks: _Looks) -> bool:
    """One turn; True once it may go on."""
    if await _obeyed(flight):
        return True
    now = time.monotonic()
    if now - looks.numbers_at < looks.every:
        await asyncio.sleep(_TICK)
        return False
    looks.numbers_at = now
    await _alone(flight)
    due = now - looks.health_at >= HEALTH_EVERY.total_seconds()
    looks.health_at = now if due else looks.health_at
    told = await _look(flight, health=due)
    if told.verdict is Verdict.REGRESS:
        raise GoBack(" ".join(told.reasons))
    if _may_go_on(flight, told):
        return True
    flight.show()
    return False


async def _look(flight: Flight, *, health: bool) -> Compared:
    try:
        kept, told = await look(flight, health=health)
    except OpsError as error:
        step = total(flight.canary.of_this_step)
        kept, told = unread(flight.canary, error, step.new.requests)
    # A wish may have come meanwhile, and is not a part of what was looked at.
    flight.keep(replace(kept, turn=flight.canary.turn))
    await flight.progress.say(told.reasons[0])
    return told


def _may_go_on(flight: Flight, told: Compared) -> bool:
    """Time and traffic allow the next step; else it may have to hold. Raises GoBack."""
    canary, now = flight.canary, flight.runtime.now()
    held, here = canary.held_since, now - (canary.since or now)
    if held is not None:
        if now - held > timedelta(minutes=flight.settings.deploys.hold_minutes):
            minutes = flight.settings.deploys.hold_minutes
            raise GoBack(f"It was held for {minutes} min, and nobody decided.")
        return False
    if here < flight.wait:
        return False
    if told.verdict is Verdict.PROMOTE:
        return True
    if here >= flight.patience:
        flight.keep(replace(canary, held_since=now, held_why=told.reasons[0]))
    return False


async def _alone(flight: Flight) -> None:
    """Raises Ended where somebody else deployed; a silent Cloudflare is asked at the next look."""
    try:
        await check_nobody_else(flight)
    except OpsError as error:
        if isinstance(error, LiveChanged):
            raise
        await flight.progress.say(f"What is live cannot be read now: {error.message}")


async def _obeyed(flight: Flight) -> bool:
    """Carry out what people pressed; True for Promote. Raises GoBack for Roll back."""
    _must_stay(flight)
    wish = flight.wished().get(GO)
    if wish is None:
        return False
    canary = replace(flight.canary, turn=flight.canary.turn + 1)
    if wish.wish == HOLD:
        why = f"{wish.person_name} pressed Hold."
        flight.keep(replace(canary, held_since=flight.runtime.now(), held_why=why))
        flight.show()
        return False
    flight.keep(_promoted(canary, wish.person_name))
    return True


def _promoted(canary: Canary, person: str) -> Canary:
    return replace(canary, held_since=None, held_why="", reasons=(f"{person} pressed Promote.",))


def _must_stay(flight: Flight) -> None:
    wish = flight.wished().get(BACK)
    if wish is not None:
        raise GoBack(f"{wish.person_name} pressed Roll back.", wish.person_name)


def _lines(found: Verification) -> str:
    told = [
        *(f"problem: {words}" for words in found.problems),
        *(f"was so before: {words}" for words in found.known),
        *(f"not certain: {words}" for words in found.unsure),
    ]
    version = f"version that answered: {found.version or 'not known'}"
    return "\n".join([found.summary, version, *told])
