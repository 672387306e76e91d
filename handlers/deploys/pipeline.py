"""The pipeline: its steps in their order, each written down, and every end of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from bot.backups.fresh import aged, fresh_or_new
from bot.clients.cloudflare_versions import versions
from bot.command import Person
from bot.errors import OpsError
from bot.events import DeploymentFinished
from bot.moments import written
from bot.store.deploys_rows import DeployOutcome, DeployRecord, StepState
from handlers.deploys.checkout import from_checkout
from handlers.deploys.flight import Ended, Flight, GoBack
from handlers.deploys.going_back import go_back
from handlers.deploys.production import to_production, verified
from handlers.deploys.staging import test_staging, to_staging
from handlers.deploys.steps import (
    BACKUP,
    BRANCH,
    BUILD,
    ROLLBACK,
    STAGING,
    STAGING_TEST,
    TESTS,
    UPLOAD,
    VALIDATE,
)

log = logging.getLogger(__name__)
_OWN_FAULT = "The bot itself failed while it watched the new version: see its log."


async def carry_out(flight: Flight) -> DeployRecord:
    """From wherever it stands to its end.

    Raises OpsError where it cannot go on and cannot go back either: then it is unfinished, and
    its record says where it stands.
    """
    flight.show()
    try:
        await _steps(flight)
        ended = Ended(DeployOutcome.SUCCEEDED, "")
    except Ended as early:
        ended = early
    except GoBack as back:
        ended = await go_back(flight, back)
    except OpsError as error:
        if flight.canary.percent is not None or flight.canary.going_to is not None:
            raise  # production stands between two versions: people decide
        _fail_running(flight, error.message)
        ended = Ended(DeployOutcome.FAILED, f"{error.message} {error.hint}".strip())
    except Exception:
        if flight.canary.percent is None and flight.canary.going_to is None:
            raise
        # A fault of the bot's own must not leave production between two versions, unwatched.
        log.exception("%s failed while it was watched", flight.record.id)
        ended = await go_back(flight, GoBack(_OWN_FAULT))
    return finish(flight, ended)


async def _steps(flight: Flight) -> None:
    run = flight.record
    if flight.canary.going_back:
        raise GoBack(flight.canary.going_back)
    async with _stoppable(flight):
        if run.source == "checkout":
            await from_checkout(flight)
        else:
            await _uploaded_elsewhere(flight)
        await _through_staging(flight)
        if flight.to_staging:
            return
        await _backup(flight)
    await to_production(flight)
    await verified(flight)
    flight.mark(ROLLBACK, StepState.NOT_NEEDED)


async def _uploaded_elsewhere(flight: Flight) -> None:
    """A version that is at Cloudflare already: what was done before is not known here."""
    if flight.over(UPLOAD):
        return
    for step in (BRANCH, TESTS, BUILD, VALIDATE):
        flight.mark(step, StepState.NOT_RUN, "uploaded from elsewhere, not seen by the bot")
    await flight.operation.step(UPLOAD.title)
    listed = await versions(flight.runtime.clients.cloudflare, flight.record.script)
    found = next((each for each in listed if each.id == flight.record.version), None)
    by = f" by {found.author}" if found is not None and found.author else ""
    at = f" {written(found.at)}" if found is not None else ""
    flight.mark(UPLOAD, StepState.PASSED, f"was uploaded{at}{by}")


async def _through_staging(flight: Flight) -> None:
    staging = flight.staging
    if flight.to_staging:
        await to_staging(flight, flight.environment, flight.record.version)
        await test_staging(flight, flight.environment, flight.record.version)
        return
    if flight.over(STAGING_TEST):
        return
    wanted = flight.record.wanted
    if reason := str(wanted.get("without_staging") or ""):
        for step in (STAGING, STAGING_TEST):
            flight.mark(step, StepState.SKIPPED, f"{flight.record.person_name}: {reason}")
    elif staging is None or not staging.worker_script:
        for step in (STAGING, STAGING_TEST):
            flight.mark(step, StepState.NOT_CONFIGURED)
    elif flight.record.source == "checkout":
        await to_staging(flight, staging, flight.canary.staging_version)
        await test_staging(flight, staging, flight.canary.staging_version)
    else:
        proof = str(wanted.get("staging_passed") or "")
        for step in (STAGING, STAGING_TEST):
            flight.mark(step, StepState.PASSED, f"in {proof}")


async def _backup(flight: Flight) -> None:
    """Best practice 1: a backup before production, unless a fresh one exists."""
    if flight.over(BACKUP):
        return
    flight.must_stop()
    await flight.begin(BACKUP)
    runtime, settings = flight.runtime, flight.settings
    if reason := str(flight.record.wanted.get("without_backup") or ""):
        flight.mark(BACKUP, StepState.SKIPPED, f"{flight.record.person_name}: {reason}")
        return
    backup, made = await fresh_or_new(
        runtime,
        settings,
        label="pre-deploy",
        person=Person(flight.record.person_id, flight.record.person_name),
        say=flight.progress.say,
    )
    told = f"{backup.id}, {backup.bytes / 1e6:,.1f} MB"
    if not made:
        told = aged(backup, runtime.now())
    flight.mark(BACKUP, StepState.PASSED, told)


@contextlib.asynccontextmanager
async def _stoppable(flight: Flight) -> AsyncIterator[None]:
    """Somebody may press Stop while programs run."""
    looking = asyncio.create_task(flight.watch_for_stop())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def _fail_running(flight: Flight, why: str) -> None:
    """The step that ran is what failed."""
    kept = flight.runtime.store.deploys.steps(flight.record.id)
    for step in (UPLOAD, BRANCH, TESTS, BUILD, VALIDATE, STAGING, STAGING_TEST, BACKUP):
        known = kept.get(step.name)
        if known is not None and known.state is StepState.RUNNING:
            flight.mark(step, StepState.FAILED, why)


def finish(flight: Flight, ended: Ended) -> DeployRecord:
    """Write the end down, show it, and tell the other features."""
    runtime, run = flight.runtime, flight.record
    detail = runtime.redactor.text(str(ended.detail))
    now = runtime.now()
    runtime.store.deploys.end(run.id, ended.outcome, detail, now)
    flight.record = runtime.store.deploys.get(run.id)
    flight.show()
    # Going back has told it already, and what somebody else deployed is theirs to tell.
    if ended.outcome in (DeployOutcome.SUCCEEDED, DeployOutcome.FAILED):
        runtime.publish(
            DeploymentFinished(
                now,
                run.environment,
                flight.record.version or run.asked,
                flight.record.previous,
                ended.outcome.value,
                run.person_name,
            )
        )
    return flight.record
