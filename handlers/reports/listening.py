"""Deployments as they end, whoever made them: kept for the figures of delivery."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.clients.cloudflare_versions import versions
from bot.errors import OpsError
from bot.events import DeploymentFinished, Listener
from bot.store import FinishedDeployment

if TYPE_CHECKING:
    from bot.runtime import Runtime

log = logging.getLogger(__name__)


async def deployed(runtime: Runtime, event: DeploymentFinished) -> None:
    """Raises OpsError where the store cannot take it. When its code was built follows later."""
    runtime.store.finished_deployments.add(
        FinishedDeployment(
            event.environment, event.version, event.at, event.previous, event.outcome,
            event.person_name,
        )
    )  # fmt: skip
    runtime.background(_dated(runtime, event), f"when {event.version} was built")


async def _dated(runtime: Runtime, event: DeploymentFinished) -> None:
    """When the version was uploaded, as Cloudflare knows it; unknown where it does not answer."""
    environment = runtime.settings.environments.get(event.environment)
    cloudflare = runtime.clients.cloudflare
    if environment is None or not environment.worker_script or not cloudflare.configured:
        return
    try:
        await runtime.clients.prepare()
        known = await versions(cloudflare, environment.worker_script)
    except OpsError as error:
        log.info("when %s was built is not known: %s", event.version, error)
        return
    built = next((each.at for each in known if each.id == event.version), None)
    if built is not None:
        runtime.store.finished_deployments.add(
            FinishedDeployment(
                event.environment, event.version, event.at, event.previous, event.outcome,
                event.person_name, built,
            )
        )  # fmt: skip


LISTENERS = (Listener(DeploymentFinished, deployed),)
