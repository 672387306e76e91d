"""Incidents, deployments and operations of the made-up past, through the store's repositories."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.command import Person
from bot.sandbox.history.plot import PARTS, PEOPLE, Deploy, Job, Plot, Trouble
from bot.store import FinishedDeployment, Store, TimelineEntry
from bot.store.alert_rules import MAINTENANCE
from bot.store.incidents_rows import Actor, Declaration, IncidentRecord, Kind, RoomState, Status
from bot.store.lessons_rows import ActionState, NewAction
from bot.store.operation_rows import Decision, OperationRequest, State

ANA = Actor(*PEOPLE[0])
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_STATUSES = ((0.3, Status.IDENTIFIED), (0.6, Status.MITIGATING), (0.8, Status.MONITORING))


def write_events(store: Store, plot: Plot, environment: str) -> tuple[int, int, int]:
    """How many incidents, deployments and operations were written."""
    incidents = [each for each in plot.troubles if each.severity]
    for number, trouble in enumerate(incidents):
        _incident(store, trouble, number)
    for deploy in plot.deploys:
        _deployment(store, deploy, environment)
    for number, job in enumerate(plot.jobs):
        _operation(store, job, number)
    for begin, end in plot.windows:
        store.alert_rules.silence(
            MAINTENANCE, "*", environment, begin, end, Person(*PEOPLE[0]), "Weekly maintenance"
        )
    return len(incidents), len(plot.deploys), len(plot.jobs)


def _incident(store: Store, trouble: Trouble, number: int) -> None:
    kind = Kind(trouble.kind)
    declared = min(trouble.at + timedelta(minutes=2 + number % 4), trouble.until)
    record, _ = store.incidents.declare(
        Declaration(trouble.title, trouble.severity, kind, trouble.part, kind.secret, trouble.at),
        ANA,
        _entry(f"Declared: {trouble.title}", declared, "declared"),
        declared,
    )
    # Its channel is long gone: the bot has none to make or keep.
    store.incidents.change(record.id, {"room": RoomState.ARCHIVED}, ANA, None, declared)
    length = trouble.until - declared
    person = Actor(*PEOPLE[number % len(PEOPLE)])
    acknowledged = declared + min(length / 4, timedelta(minutes=3))
    store.incidents.change(
        record.id,
        {
            "acknowledged_at": acknowledged, "acknowledged_by_id": person.id,
            "acknowledged_by_name": person.name,
        },
        person, _entry("Acknowledged", acknowledged, "acknowledged"), acknowledged,
    )  # fmt: skip
    for share, status in _STATUSES:
        _status(store, record, status, declared + length * share)
    _status(store, record, Status.RESOLVED, trouble.until)
    # Nobody is asked for feedback on a past that was made up.
    store.lessons.begin_round(record.id, (), trouble.until)
    if not (record.drill or record.private):
        store.marks.add(
            trouble.at, "incident", f"{record.id} {trouble.title}", record.id, trouble.until
        )
    if trouble.severity in ("SEV1", "SEV2") and not record.drill:
        _action(store, record, number, trouble.until)


def _status(store: Store, record: IncidentRecord, status: Status, at: datetime) -> None:
    store.incidents.change(
        record.id, {"status": status}, ANA, _entry(f"Status: {status.value}", at, "status"), at
    )


def _action(store: Store, record: IncidentRecord, number: int, at: datetime) -> None:
    """Done after some days, but every fourth one is left open."""
    owner = Actor(*PEOPLE[(number + 1) % len(PEOPLE)])
    made = store.lesson_actions.add(
        NewAction(
            record.number, f"Watch {PARTS[number % len(PARTS)]} more closely", owner.id,
            owner.name, at + timedelta(days=14),
        ),
        ANA, at + timedelta(hours=20),
    )  # fmt: skip
    if number % 4:
        store.lesson_actions.end(
            made.id, ActionState.DONE, "An alert was added.", owner,
            at + timedelta(days=5 + number % 12),
        )  # fmt: skip


def _deployment(store: Store, deploy: Deploy, environment: str) -> None:
    store.finished_deployments.add(
        FinishedDeployment(
            environment, deploy.version, deploy.at, deploy.previous, deploy.outcome,
            deploy.person, deploy.built,
        )
    )  # fmt: skip
    ending = "" if deploy.outcome == "succeeded" else f" {deploy.outcome}"
    reference = f"{environment} {deploy.version} {deploy.at:%Y-%m-%dT%H:%M:%S}"
    store.marks.add(deploy.at, "deployment", f"{deploy.version[:8]}{ending}", reference)


def _operation(store: Store, job: Job, number: int) -> None:
    person_id, name = job.person
    identifier = f"OP-{_code(number)}"
    request = OperationRequest(
        job.command, job.command, {}, "changes", job.target, job.effect, (), "", "", person_id,
        name, "operator", "slash command", "",
    )  # fmt: skip
    store.operations.add(identifier, request, job.at, job.at + timedelta(minutes=15))
    store.operations.begin(identifier, Decision(person_id, name), "history", job.at)
    state = State.SUCCEEDED if job.outcome == "succeeded" else State.FAILED
    ended = job.at + timedelta(seconds=job.seconds)
    store.operations.end(identifier, state, ended, "history", {"text": job.effect, "blocks": []})
    store.operations.announced(identifier, state)


def _code(number: int) -> str:
    """Six letters of the alphabet that ids of operations have."""
    letters = []
    value = number * 7_919 + 104_729
    for _ in range(6):
        value, rest = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters)


def _entry(text: str, at: datetime, kind: str) -> TimelineEntry:
    return TimelineEntry(at, at, kind, ANA.id, ANA.name, text, "", "history")
