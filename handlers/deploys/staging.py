"""Staging: the version at 100 % there, then its test."""

from __future__ import annotations

from bot.clients.cloudflare_deployments import Share, deployments
from bot.clients.cloudflare_versions import versions
from bot.errors import OpsError
from bot.live import put_live, script_of
from bot.settings.tables import Environment
from bot.store.deploys_rows import DeployOutcome, StepState
from bot.verification import verify
from handlers.deploys.checkout import Output, placeholders, run_commands
from handlers.deploys.flight import Ended, Flight
from handlers.deploys.steps import STAGING, STAGING_TEST

DEADLINE = 15.0


async def to_staging(flight: Flight, environment: Environment, version: str) -> None:
    """Every request there goes to that version. Raises Ended and OpsError."""
    if flight.over(STAGING):
        return
    flight.must_stop()
    await flight.begin(STAGING)
    cloudflare, script = flight.runtime.clients.cloudflare, script_of(environment)
    found = await deployments(cloudflare, script, deadline=DEADLINE)
    live = found[0] if found else None
    before = live.version if live is not None else ""
    if live is not None and live.whole and live.version == version:
        note = f"{flight.record.called} was live there already"
    else:
        await put_live(
            cloudflare,
            script,
            (Share(version, 100),),
            expected=live.shares if live is not None else None,
            message=f"{flight.record.called}, {flight.record.id} by {flight.record.person_name}",
            environment=environment.name,
            say=flight.progress.say,
        )
        note = f"{flight.record.called} answers every request there"
        if before:
            note += f", before {before[:8]}"
    if flight.to_staging and before and before != version:
        flight.change(previous=before, previous_tag=await _tag(flight, script, before))
    flight.mark(STAGING, StepState.PASSED, note)


async def test_staging(flight: Flight, environment: Environment, version: str) -> None:
    """Is it well there, and do the declared tests pass? Raises Ended."""
    if flight.over(STAGING_TEST):
        return
    flight.must_stop()
    await flight.begin(STAGING_TEST)
    output = Output(flight, STAGING_TEST)
    found = await verify(
        flight.settings,
        flight.runtime.clients,
        environment,
        expect_version=version,
        requests=flight.settings.deploys.test_requests,
        say=flight.progress.say,
    )
    for words in (found.summary, *found.problems[1:], *found.known, *found.unsure):
        await output.hear(words)
    if not found.good:
        flight.mark(STAGING_TEST, StepState.FAILED, found.problems[0], output.text)
        raise Ended(
            DeployOutcome.FAILED,
            f"{environment.name} is not well with {flight.record.called}. "
            f"{' '.join(found.problems)} {environment.name} keeps it, so that you can look.",
        )
    note = found.summary
    checkout = flight.settings.deploys.checkout
    if checkout.folder is not None and checkout.step("staging_test").commands:
        filled = await placeholders(flight, script_of(environment), environment.name)
        ended = await run_commands(flight, STAGING_TEST, output, filled)
        note = f"{note} Its declared tests {ended.told}."
    else:
        note = f"{note} Tests of your own are not configured."
    flight.mark(STAGING_TEST, StepState.PASSED, note, output.text)


async def _tag(flight: Flight, script: str, version: str) -> str:
    """The tag of a version; empty where it has none, or it cannot be read."""
    try:
        listed = await versions(flight.runtime.clients.cloudflare, script)
    except OpsError:
        return ""
    return next((each.tag for each in listed if each.id == version), "")
