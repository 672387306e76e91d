"""A deployment as people see it: its record, its steps, its canary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from handlers.deploys.canary import Canary, loaded
from handlers.deploys.steps import PipelineStep, steps_to

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store.deploys_rows import DeployRecord, DeployStep


@dataclass(frozen=True, slots=True)
class Sight:
    """`alive` says that a process of the bot carries it out now."""

    run: DeployRecord
    steps: tuple[tuple[PipelineStep, DeployStep | None], ...]
    canary: Canary
    alive: bool
    now: datetime
    wait: timedelta
    minimum_requests: int
    enough: float  # evidence that takes a version back
    staging: bool
    default_environment: str
    operation_state: str = ""

    @property
    def current(self) -> PipelineStep | None:
        """The step that runs."""
        for step, kept in self.steps:
            if kept is not None and kept.state.value == "running":
                return step
        return None


def sight(runtime: Runtime, run: str) -> Sight:
    """Everything that is shown of it; raises BadInput where there is no such deployment."""
    record = runtime.store.deploys.get(run)
    kept = runtime.store.deploys.steps(run)
    staging = record.environment == runtime.settings.deploys.staging
    operation = runtime.store.operations.get(record.operation)
    running = operation is not None and operation.state.value == "running"
    alive = running and operation is not None and runtime.store.presence.alive(operation.owner)
    return Sight(
        run=record,
        steps=tuple((step, kept.get(step.name)) for step in steps_to(staging=staging)),
        canary=loaded(record.canary, (0, *record.wanted.get("canary", ()), 100)),
        alive=alive,
        now=runtime.now(),
        wait=timedelta(seconds=float(record.wanted.get("wait_seconds", 0))),
        minimum_requests=runtime.settings.deploys.minimum_requests,
        enough=2 / (runtime.settings.deploys.false_alarm_percent / 100),
        staging=staging,
        default_environment=runtime.settings.default_environment,
        operation_state=operation.state.value if operation is not None else "",
    )
