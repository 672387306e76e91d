"""Moving the split of a canary: the intention on the disk first, then Cloudflare, then the fact."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from bot.clients.cloudflare_answers import CloudflareLimited
from bot.clients.cloudflare_deployments import Deployment, deployments
from bot.clients.cloudflare_refusals import CloudflareError
from bot.errors import BadAnswer, OpsError, Unreachable
from bot.live import LiveChanged, Unknown, put_live
from bot.store.deploys_rows import DeployOutcome
from handlers.deploys.canary import split, standing
from handlers.deploys.flight import Ended, Flight

DEADLINE = 15.0  # seconds for one look
GIVE_UP = 300.0  # seconds that a silent Cloudflare is tried; then people decide
_PAUSE = 2.0
_LONGEST_PAUSE = 60.0


async def live_now(flight: Flight) -> Deployment:
    """What is live by Cloudflare's own word; raises what Cloudflare.call does, and BadAnswer."""
    cloudflare = flight.runtime.clients.cloudflare
    found = await deployments(cloudflare, flight.record.script, deadline=DEADLINE)
    if not found:
        raise BadAnswer("Cloudflare lists no deployment of this Worker.")
    return found[0]


async def check_nobody_else(flight: Flight) -> None:
    """Raises Ended where what is live is not what this deployment made live."""
    run, percent = flight.record, flight.canary.percent
    found = await live_now(flight)
    if percent is None or standing(found.shares, run.previous, run.version) == percent:
        return
    raise overtaken(flight, found)


async def move(flight: Flight, percent: int) -> None:
    """Give that percentage of the requests to the new version.

    Where Cloudflare is silent it is asked again for a while; before each attempt it is looked
    whether the one before took effect. Raises Ended, and OpsError where it stays silent.
    """
    flight.keep(replace(flight.canary, going_to=percent))
    began = time.monotonic()
    while True:
        try:
            await _once(flight, percent)
            break
        except LiveChanged as changed:
            raise Ended(DeployOutcome.STOPPED, _stopped(changed.message)) from changed
        except OpsError as error:
            if not silence(error) or time.monotonic() - began > GIVE_UP:
                raise
            await flight.progress.say(f"Cloudflare: {error.message} Trying again")
            await asyncio.sleep(pause(error))
    flight.keep(flight.canary.at(percent, flight.runtime.now()))
    flight.show()


async def _once(flight: Flight, percent: int) -> None:
    run, before = flight.record, flight.canary.percent
    found = await live_now(flight)
    stands = standing(found.shares, run.previous, run.version)
    if stands == percent and percent != 0:
        return  # an earlier attempt had taken effect, its answer was lost
    if stands is None or stands not in (before or 0, percent):
        raise overtaken(flight, found)
    await put_live(
        flight.runtime.clients.cloudflare,
        run.script,
        split(run.previous, run.version, percent),
        expected=found.shares,
        message=f"{run.called} at {percent} %, {run.id} by {run.person_name}",
        environment=run.environment,
        say=flight.progress.say,
    )


def overtaken(flight: Flight, found: Deployment) -> Ended:
    """Somebody else deployed; nothing of theirs is touched."""
    by = f" by {found.author}" if found.author else ""
    shares = ", ".join(f"{share.version[:8]} {share.percent:g} %" for share in found.shares)
    expected = f"{flight.record.called} at {flight.canary.percent or 0} %"
    return Ended(
        DeployOutcome.STOPPED,
        _stopped(f"Now live is {shares}{by}; this deployment had left {expected}."),
    )


def _stopped(words: str) -> str:
    return f"Somebody else deployed meanwhile. {words} Nothing more was changed."


def silence(error: OpsError) -> bool:
    """Cloudflare gave no answer that says yes or no: to look, and ask again, may help."""
    if isinstance(error, CloudflareError):
        return error.status < 400  # `success: false` with HTTP 200
    return isinstance(error, (Unreachable, BadAnswer, Unknown))


def pause(error: OpsError) -> float:
    """Seconds before asking again: what Cloudflare asks for, within reason."""
    asked = error.retry_after if isinstance(error, CloudflareLimited) else None
    return min(max(asked or 0.0, _PAUSE), _LONGEST_PAUSE)
