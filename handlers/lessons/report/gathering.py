"""Reads everything a report says from the store; nothing in it depends on the time of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.incident_times import times_of
from bot.store.incidents_rows import BOT, Actor, IncidentRecord, IncidentRole
from bot.store.lessons_rows import ActionKind, EvidenceState, Feedback, NewAction
from handlers.lessons.report.checklist import checklist
from handlers.lessons.report.figures import differences, figures, fingerprint
from handlers.lessons.report.impact import impact_of
from handlers.lessons.report.result import Feedbacks, Line, Made, Report, Said
from handlers.lessons.report.steps import runs_of
from handlers.lessons.words import FACTORS

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store.timeline import TimelineEntry

# What tells the story; notes and messages follow in the files, and all in the exported timeline.
KEY_KINDS = (
    "declared", "status", "severity", "acknowledged", "escalation", "role", "update", "alert",
    "deployment", "change", "evidence",
)  # fmt: skip
MOST_LINES = 120


def make(runtime: Runtime, record: IncidentRecord, actor: Actor) -> Made:
    """The report as a revision; proposals for playbooks become action items with it. Blocks."""
    propose(runtime, record)
    report = gather(runtime, record)
    found = figures(report)
    kept, before = runtime.store.lessons.report(record.id, found, actor, runtime.now())
    changes = differences(before.figures, found) if before else ()
    return Made(report, kept.revision, fingerprint(found), changes)


def again(runtime: Runtime, record: IncidentRecord, revision: int) -> Made:
    """That revision for its files, from the record of now; nothing is stored. Blocks.

    Where the record has changed since, its fingerprint is another one than the message's.
    """
    report = gather(runtime, record)
    found = figures(report)
    known = {each.revision: each.figures for each in runtime.store.lessons.reports(record.id)}
    before = known.get(revision - 1)
    changes = differences(before, found) if before else ()
    return Made(report, revision, fingerprint(found), changes)


def propose(runtime: Runtime, record: IncidentRecord) -> None:
    """Each step that was skipped, late or not done is proposed once as a playbook edit.

    The commander owns it until somebody else takes it; it is due like every other item.
    """
    times = times_of(
        record.began_at, record.declared_at, runtime.store.incidents.changes(record.id)
    )
    resolved = times.resolved or runtime.now()
    lead = runtime.store.incident_work.holder(record.id, IncidentRole.COMMANDER)
    due = resolved + timedelta(days=runtime.settings.lessons.action_days)
    for run in runs_of(runtime.store, record.id, resolved):
        for finding in run.findings:
            runtime.store.lesson_actions.add(
                NewAction(
                    record.number,
                    runtime.redactor.text(finding.proposal),
                    lead.person_id if lead else "",
                    lead.person_name if lead else "",
                    due,
                    ActionKind.PLAYBOOK,
                    source=finding.source,
                ),
                BOT,
                runtime.now(),
            )


def gather(runtime: Runtime, record: IncidentRecord) -> Report:
    """Some reads of the store, the same number however many other incidents there are."""
    store = runtime.store
    times = times_of(record.began_at, record.declared_at, store.incidents.changes(record.id))
    people = store.incident_work.people(record.id)
    commander = next(
        (each.person_name for each in people if each.role is IncidentRole.COMMANDER), ""
    )
    entries = _key_entries(runtime, record)
    actions = tuple(sorted(store.lesson_actions.of(record.id), key=lambda each: each.number))
    runs = runs_of(store, record.id, times.resolved or record.declared_at)
    told = feedbacks(store.lessons.feedback(record.id), len(store.lessons.asked(record.id)))
    steps_done = frozenset[str]().union(*(run.done for run in runs))
    kept = (EvidenceState.STORED, EvidenceState.KEPT_HERE)
    return Report(
        record,
        times,
        impact_of(store, runtime.settings, times.closed_spans),
        tuple(Line(each.happened_at, each.kind, each.actor_name, each.text) for each in entries),
        store.timeline.head(record.id)[0],
        commander,
        len(store.lessons.actors(record.id)),
        told,
        actions,
        runs,
        checklist(actions, steps_done, told.given),
        tuple(
            f"{link.kind} {link.label or link.reference}"
            for link in store.incident_work.links(record.id)
            if link.kind != "invited"
        ),
        tuple(
            f"{each.id}, SHA-256 {each.sha256}"
            for each in store.lesson_evidence.of(record.id)
            if each.state in kept
        ),
    )


def _key_entries(runtime: Runtime, record: IncidentRecord) -> tuple[TimelineEntry, ...]:
    """What tells the story; of very many the beginning and the end."""
    timeline = runtime.store.timeline
    count = timeline.count(record.id, kinds=KEY_KINDS)
    if count <= MOST_LINES:
        return timeline.page(record.id, limit=MOST_LINES, kinds=KEY_KINDS)
    half = MOST_LINES // 2
    first = timeline.page(record.id, limit=half, kinds=KEY_KINDS)
    return (*first, *timeline.page(record.id, limit=half, offset=count - half, kinds=KEY_KINDS))


def feedbacks(found: Sequence[Feedback], asked: int) -> Feedbacks:
    """Pure: answers by question, factors by how many named them."""

    def said(question: str) -> tuple[Said, ...]:
        return tuple(
            Said(text, "" if each.anonymous else each.person_name)
            for each in found
            if (text := str(getattr(each, question)).strip())
        )

    named = Counter(factor for each in found for factor in dict.fromkeys(each.factors))
    factors = sorted(named.items(), key=lambda item: (-item[1], item[0]))
    return Feedbacks(
        max(asked, len(found)),
        len(found),
        said("well"),
        said("wrong"),
        said("lucky"),
        tuple((FACTORS.get(name, name), count) for name, count in factors),
    )
