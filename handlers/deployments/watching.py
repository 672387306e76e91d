"""Notices what others deploy (CI, the dashboard, wrangler): charts and incidents show it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clients.cloudflare_deployments import Deployment, deployments
from bot.errors import OpsError
from bot.events import DeploymentFinished
from bot.jobs import Job

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Environment, Settings
    from bot.store.operation_rows import OperationRecord

_EVERY = timedelta(minutes=1)
_OURS = timedelta(seconds=5)  # clocks differ
_RECENT = 20  # operations


async def watch(runtime: Runtime, _due: datetime) -> str:
    """Publish each deployment that is new and no operation of this bot's; raises OpsError."""
    environments = [each for each in runtime.settings.environments.values() if each.worker_script]
    if not (environments and runtime.clients.cloudflare.configured):
        return "Nothing to watch: no Worker or no Cloudflare token is set."
    told = await asyncio.gather(*(_watch_one(runtime, each) for each in environments))
    return f"{sum(told)} deployments by others."


async def _watch_one(runtime: Runtime, environment: Environment) -> int:
    script = environment.worker_script or ""
    try:
        history = await deployments(runtime.clients.cloudflare, script, deadline=10)
    except OpsError as error:
        if not error.permanent:
            raise
        return 0  # `pitchey check` says what is wrong with the settings
    if not history:
        return 0
    name = f"deployments:{environment.name}:{script}"
    seen = runtime.store.cursors.position(name)
    newest = _milliseconds(history[0])
    if seen is None or newest > seen:
        runtime.store.cursors.move(name, newest)
    if seen is None:
        return 0  # what was there before the bot is no news
    fresh = [each for each in history if _milliseconds(each) > seen]
    operations = runtime.store.operations.newest(_RECENT, (), f"Worker {script}")
    foreign = [each for each in fresh if not any(made_by(each, own) for own in operations)]
    for each in reversed(foreign):
        _publish(runtime, environment.name, each, history)
    return len(foreign)


def made_by(deployment: Deployment, operation: OperationRecord) -> bool:
    """Whether it falls into that operation's run. Pure."""
    began, ended = operation.started_at, operation.ended_at
    if began is None:
        return False
    until = ended + _OURS if ended is not None else deployment.at
    return began - _OURS <= deployment.at <= until


def _publish(
    runtime: Runtime, environment: str, deployment: Deployment, history: tuple[Deployment, ...]
) -> None:
    place = history.index(deployment)
    previous = history[place + 1].version if place + 1 < len(history) else ""
    label = _aside(deployment, previous)
    if label:
        reference = f"{environment} {deployment.version} {deployment.at:%Y-%m-%dT%H:%M:%S}"
        runtime.store.marks.add(deployment.at, "deployment", label, reference)
        return
    back = deployment.message.lower().startswith("rollback")
    runtime.publish(
        DeploymentFinished(
            deployment.at,
            environment,
            deployment.version,
            previous,
            "rolled back" if back else "succeeded",
            deployment.author or "somebody",
        )
    )


def _aside(deployment: Deployment, previous: str) -> str:
    """A label for what is no finished deployment of other code; empty for one. Pure."""
    if deployment.triggered_by == "secret":
        return "a secret set"
    if deployment.whole and deployment.version == previous:
        return f"{previous[:8]} deployed anew"
    if deployment.whole:
        return ""
    newcomer = next(
        (share for share in deployment.shares if share.version != previous), deployment.shares[0]
    )
    return f"{newcomer.version[:8]} {newcomer.percent:g} %"


def _milliseconds(deployment: Deployment) -> int:
    return int(deployment.at.timestamp() * 1000)


def _when(_settings: Settings) -> timedelta:
    return _EVERY


JOBS = (
    Job(
        name="watch-deployments",
        title="Noticing deployments by others",
        when=_when,
        run=watch,
        deadline=30.0,
        catch_up=timedelta(minutes=2),
        quiet=True,
    ),
)
