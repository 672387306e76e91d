"""What waits for one person: approvals, alerts of their level, playbook steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clearance import may_approve, may_confirm
from bot.command import Person, Role
from bot.oncall import duty
from bot.playbooks.records import StepState
from bot.settings.values import is_group
from bot.store.operation_rows import State

if TYPE_CHECKING:
    from bot.playbooks.records import RunRecord, StepRecord
    from bot.runtime import Runtime
    from bot.store import Alert
    from bot.store.operation_rows import OperationRecord

_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """`confirmations` are the person's own requests that need their yes still."""

    now: datetime
    approvals: tuple[OperationRecord, ...]
    confirmations: tuple[OperationRecord, ...]
    alerts: tuple[Alert, ...]
    steps: tuple[tuple[RunRecord, StepRecord], ...]
    levels: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(map(len, (self.approvals, self.confirmations, self.alerts, self.steps)))


def read_waiting(runtime: Runtime, person: Person, role: Role) -> Waiting:
    """From the store and what is known of user groups. Raises OpsError."""
    store, now = runtime.store, runtime.now()
    asked = store.operations.newest(_LOOKED_AT, (State.REQUESTED,))
    levels = on_call_levels(runtime, person, now)
    names = [each.level for each in runtime.settings.contacts.escalation]
    return Waiting(
        now=now,
        approvals=tuple(
            each
            for each in asked
            if may_approve(each, person, now).granted and _holds(runtime, each, role)
        ),
        confirmations=tuple(each for each in asked if may_confirm(each, person, now).granted),
        alerts=tuple(
            alert
            for alert in store.alerts.open()
            if alert.state == "firing"
            and not alert.snoozed(now)
            and any(level in names[: max(1, alert.climb.called)] for level in levels)
        ),
        steps=tuple(
            (run, step)
            for run in store.playbook_runs.active()
            for step in store.playbook_runs.steps(run.id).values()
            if step.assignee_id == person.id and step.state in (StepState.OPEN, StepState.FAILED)
        ),
        levels=levels,
    )


def on_call_levels(runtime: Runtime, person: Person, now: datetime) -> tuple[str, ...]:
    """The levels the person answers on now; of user groups, those that were read already."""
    settings = runtime.settings
    overrides = runtime.store.oncall.current(now)
    found = []
    for level in settings.contacts.escalation:
        zone = settings.team.timezone
        held = duty(settings.oncall, overrides, level.level, now, zone)
        if any(_is(runtime, holder, person) for holder in held.holders):
            found.append(level.level)
    return tuple(found)


def _is(runtime: Runtime, holder: str, person: Person) -> bool:
    if not is_group(holder):
        return holder == person.id
    if runtime.directory is None:
        return False
    return person.id in (runtime.directory.groups.known(holder)[1] or ())


def _holds(runtime: Runtime, record: OperationRecord, role: Role) -> bool:
    command = runtime.catalogue.find(record.request.command)
    return command is not None and role >= command.role
