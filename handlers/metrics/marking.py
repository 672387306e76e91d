"""Deployments are marked on every chart; incidents mark themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.events import CachePurged, DeploymentFinished, Listener

if TYPE_CHECKING:
    from bot.runtime import Runtime


async def _mark(runtime: Runtime, event: DeploymentFinished) -> None:
    """Raises OpsError where the store cannot take it."""
    outcome = "" if event.outcome == "succeeded" else f" {event.outcome}"
    label = f"{event.version[:8]}{outcome}"
    if event.environment != runtime.settings.default_environment:
        label += f" ({event.environment})"
    reference = f"{event.environment} {event.version} {event.at:%Y-%m-%dT%H:%M:%S}"
    runtime.store.marks.add(event.at, "deployment", label, reference)


async def _mark_purge(runtime: Runtime, event: CachePurged) -> None:
    """A hit rate that falls has a reason then. Raises OpsError where the store cannot take it."""
    label = f"cache purge {event.kind}"
    reference = f"{event.environment} purge {event.at:%Y-%m-%dT%H:%M:%S.%f}"
    runtime.store.marks.add(event.at, "purge", label, reference)


LISTENERS = (Listener(DeploymentFinished, _mark), Listener(CachePurged, _mark_purge))
