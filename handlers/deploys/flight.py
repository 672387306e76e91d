"""One deployment as it is carried out: its record, its steps, what people are shown and pressed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.command import Operation, Progress
from bot.errors import OpsError
from bot.settings import Settings
from bot.settings.tables import Environment
from bot.store.deploys_rows import DeployOutcome, DeployRecord, DeployWish, StepState
from handlers.deploys.canary import Canary, loaded
from handlers.deploys.comparison import Rules
from handlers.deploys.steps import PipelineStep
from handlers.deploys.telling import refresh, show_output

if TYPE_CHECKING:
    from bot.runtime import Runtime

BACK = "back"  # the kind of a wish that ends it; every other one is of the kind GO
GO = "go"


class Ended(Exception):
    """The deployment is over before its last step; `detail` is one or more sentences."""

    def __init__(self, outcome: DeployOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class GoBack(Exception):
    """The new version must not stay; `person` pressed it, or nobody."""

    def __init__(self, why: str, person: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.person = person


@dataclass(slots=True)
class Flight:
    """`record` and `canary` are as in the store; `keep` and `change` keep both so."""

    runtime: Runtime
    operation: Operation
    progress: Progress
    record: DeployRecord
    canary: Canary
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(
        cls, runtime: Runtime, operation: Operation, progress: Progress, record: DeployRecord
    ) -> Flight:
        steps = record.wanted.get("canary", ())
        return cls(runtime, operation, progress, record, loaded(record.canary, (0, *steps, 100)))

    @property
    def settings(self) -> Settings:
        return self.runtime.settings

    @property
    def environment(self) -> Environment:
        return self.settings.environment(self.record.environment)

    @property
    def staging(self) -> Environment | None:
        """Where a version has to pass first; None where nothing is configured for it."""
        return self.settings.environments.get(self.settings.deploys.staging)

    @property
    def to_staging(self) -> bool:
        return self.record.environment == self.settings.deploys.staging

    @property
    def wait(self) -> timedelta:
        """How long each step of the canary lasts at least."""
        return timedelta(seconds=float(self.record.wanted["wait_seconds"]))

    @property
    def patience(self) -> timedelta:
        return max(self.wait, timedelta(minutes=self.settings.deploys.patience_minutes))

    @property
    def rules(self) -> Rules:
        told = self.settings.deploys
        return Rules(
            told.minimum_requests,
            told.error_points,
            told.latency_percent,
            told.false_alarm_percent / 100,
        )

    def over(self, step: PipelineStep) -> bool:
        """It was done before, in the operation that this one resumes."""
        kept = self.runtime.store.deploys.steps(self.record.id).get(step.name)
        return kept is not None and kept.state.over

    async def begin(self, step: PipelineStep, note: str = "") -> None:
        """Written down before the first act of it."""
        await self.operation.step(step.title)
        self.mark(step, StepState.RUNNING, note)

    def mark(self, step: PipelineStep, state: StepState, note: str = "", output: str = "") -> None:
        redact = self.runtime.redactor.text
        self.runtime.store.deploys.mark(
            self.record.id, step.name, state, self.runtime.now(), redact(note), redact(output)
        )
        if state.over and output:  # notes stand in the pipeline's own message
            show_output(self.runtime, self.record, step, state, redact(note), redact(output))
        self.show()

    def show(self) -> None:
        """Bring the pipeline's message up to date."""
        refresh(self.runtime, self.record.id)

    def keep(self, canary: Canary) -> None:
        self.canary = canary
        self.runtime.store.deploys.keep(self.record.id, canary.dump())

    def change(self, **changes: str) -> None:
        self.record = self.runtime.store.deploys.change(self.record.id, **changes)

    def wished(self) -> Mapping[str, DeployWish]:
        """What people pressed since the last decision that was carried out."""
        return self.runtime.store.deploys.wished(self.record.id, self.canary.turn)

    def must_stop(self) -> None:
        """Raises Ended where somebody pressed Stop and production was not touched yet."""
        wish = self.wished().get(BACK)
        if wish is not None:
            told = f"{wish.person_name} stopped it before production was changed."
            raise Ended(DeployOutcome.STOPPED, told)

    async def watch_for_stop(self) -> None:
        """Sets `stop` when somebody presses Stop; runs until it is cancelled."""
        while not self.stop.is_set():
            await asyncio.sleep(0.5)
            try:
                if BACK in self.wished():
                    self.stop.set()
            except OpsError:
                continue  # the store is busy; the next look will tell
