"""Going back to the previous version at once, without asking anybody, and telling the channel."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from bot.errors import OpsError
from bot.live import LiveChanged, RolledBack, roll_back
from bot.store.deploys_rows import DeployOutcome, StepState
from bot.verification import Verification, verify
from handlers.deploys.canary import standing
from handlers.deploys.changing import live_now, overtaken, pause, silence
from handlers.deploys.flight import Ended, Flight, GoBack
from handlers.deploys.steps import PRODUCTION, ROLLBACK
from handlers.deploys.telling import say_aloud
from handlers.deploys.thread_views import going_back_message, went_back_message
from handlers.deploys.wording import tenths

SOON = 30.0  # seconds
GIVE_UP = 1_800.0  # seconds that a silent Cloudflare is asked to take it back


async def go_back(flight: Flight, back: GoBack) -> Ended:
    """Give every request to the previous version; how the deployment ended.

    Raises OpsError where Cloudflare stays silent: then the deployment is unfinished.
    """
    run = flight.record
    flight.keep(replace(flight.canary, going_back=back.why))
    if not flight.over(PRODUCTION):
        flight.mark(PRODUCTION, StepState.FAILED, back.why)
    await flight.begin(ROLLBACK, back.why)
    percent = flight.canary.percent
    met = max(percent or 0, flight.canary.going_to or 0)
    began = time.monotonic()
    if not back.person:
        say_aloud(flight.runtime, run, "back", *going_back_message(run, back.why, met))
    try:
        done = await _persistently(flight, back)
    except LiveChanged as changed:
        flight.mark(ROLLBACK, StepState.FAILED, changed.message)
        return Ended(DeployOutcome.STOPPED, f"{back.why} It was not taken back: {changed.message}")
    except Ended as ended:
        flight.mark(ROLLBACK, StepState.FAILED, ended.detail)
        return Ended(DeployOutcome.STOPPED, f"{back.why} It was not taken back. {ended.detail}")
    found = await _well(flight)
    proven = "and answers" if done.proven else "by Cloudflare's word"
    note = f"{run.previous_called} is live {proven}, {tenths(done.seconds)} after the decision"
    flight.mark(ROLLBACK, StepState.PASSED, note, "\n".join((note, found.summary)))
    await flight.operation.end_step()
    if not back.person:
        took = time.monotonic() - began
        told = went_back_message(run, back.why, met, took, found.problems)
        # What people read a moment ago is brought up to date; after a while they are called again.
        say_aloud(flight.runtime, run, "back-done", *told, update_of="back" if took < SOON else "")
    return Ended(DeployOutcome.ROLLED_BACK, back.why)


async def _persistently(flight: Flight, back: GoBack) -> RolledBack:
    began, again = time.monotonic(), False
    while True:
        try:
            return await _once(flight, back, again=again)
        except OpsError as error:
            if isinstance(error, LiveChanged) or not silence(error):
                raise
            if time.monotonic() - began > GIVE_UP:
                raise
            note = f"Cloudflare: {error.message} Trying again until it answers"
            flight.mark(ROLLBACK, StepState.RUNNING, note)
            await flight.progress.say(note)
            await asyncio.sleep(pause(error))
            again = True


async def _once(flight: Flight, back: GoBack, *, again: bool) -> RolledBack:
    run = flight.record
    found = await live_now(flight)
    if standing(found.shares, run.previous, run.version) is None:
        raise overtaken(flight, found)
    return await roll_back(
        flight.runtime,
        run.environment,
        run.previous,
        expected=found.shares,
        reason=back.why[:300],
        person_name=back.person or f"{run.id} by itself",
        again=again,
        say=flight.progress.say,
    )


async def _well(flight: Flight) -> Verification:
    return await verify(
        flight.settings,
        flight.runtime.clients,
        flight.environment,
        expect_version=flight.record.previous,
        before=flight.canary.before,
        requests=flight.settings.deploys.test_requests,
        say=flight.progress.say,
    )
