"""What the repositories of the features do: incidents, alerts, playbooks, deployments and more."""

from __future__ import annotations

from datetime import timedelta

from bot.playbooks.records import Entry
from bot.store import Condition, Problem, Store
from bot.store.handed_over import Holder
from bot.store.lessons_rows import NewAction
from tests.bench.store_operations import DAY, MINUTE, SOMEBODY, Operations
from tests.incidents.acts import ANA, NOW, declared, entry
from tests.playbooks.made import run as playbook_run

_LATER = NOW + timedelta(hours=1)


def features(store: Store) -> Operations:
    """By the repository's name in `Store`; what they read is there already."""
    return {**_incidents(store), **_lessons(store), **_alerts(store), **_playbooks(store)}


def _incidents(store: Store) -> Operations:
    incident = declared(store).id
    for number in range(50):
        store.timeline.append(incident, entry("note", reference=f"before-{number}"))
    return {
        "incidents": {
            "declare": lambda n: declared(store, f"Checkout fails {n}"),
            "find": lambda _: store.incidents.find(incident),
            "newest 20": lambda _: store.incidents.newest(20),
        },
        "incident_work": {
            "add a task": lambda n: store.incident_work.add_task(
                incident, f"look {n}", ANA, None, ANA, entry("task"), NOW
            ),
            "people": lambda _: store.incident_work.people(incident),
        },
        "timeline": {
            "append": lambda n: store.timeline.append(incident, entry("note", reference=f"r{n}")),
            "page of 50": lambda _: store.timeline.page(incident, limit=50),
        },
        "incident_history": {
            "a day": lambda _: store.incident_history.touching(NOW - DAY, NOW + DAY)
        },
    }


def _lessons(store: Store) -> Operations:
    record = declared(store, "Learned from")
    incident = record.id
    lasting = {"title": "Weekly"}
    store.reports.keep("weekly", "2026-W01", lasting, "facts", ANA, NOW)
    return {
        "lessons": {
            "ask a round": lambda _: store.lessons.begin_round(incident, (ANA,), NOW),
            "a new report": lambda n: store.lessons.report(incident, {"n": str(n)}, ANA, NOW),
            "to remind": lambda _: store.lessons.to_remind(NOW),
        },
        "lesson_actions": {
            "add": lambda n: store.lesson_actions.add(
                NewAction(record.number, f"mend {n}", ANA.id, ANA.name, NOW + DAY), ANA, NOW
            ),
            "of an incident": lambda _: store.lesson_actions.of(incident),
        },
        "lesson_evidence": {
            "begin": lambda n: store.lesson_evidence.begin(incident, f"OP-E{n}", ANA, NOW),
            "collecting": lambda _: store.lesson_evidence.collecting(),
        },
        "reports": {
            "keep a revision": lambda n: store.reports.keep(
                "weekly", f"P{n}", lasting, "facts", ANA, NOW
            ),
            "newest": lambda _: store.reports.newest("weekly", "2026-W01"),
        },
        "report_posts": {
            "want": lambda n: store.report_posts.want("weekly", f"P{n}", 1, "C1", "", NOW),
            "unfinished": lambda _: store.report_posts.unfinished(),
        },
        "handed_over": {
            "note": lambda n: store.handed_over.note(
                f"T-{n}", Holder("copy-1", ANA.id, NOW + MINUTE), NOW
            ),
            "find": lambda _: store.handed_over.find("T-1"),
        },
    }


def _alerts(store: Store) -> Operations:
    def problem(name: str) -> Problem:
        return Problem("rule", name, "Slow", "warning", "612 ms", rule="slow", channel="C1")

    def raised(n: int) -> None:
        store.alerts.raise_all([problem(f"a{n}")], NOW)
        opened = store.alerts.opened("rule", f"a{n}")
        assert opened is not None
        store.alerts.resolve(opened.number, NOW + MINUTE, "rule")

    store.alerts.raise_all([problem(f"open-{number}") for number in range(20)], NOW)
    return {
        "alerts": {
            "raise, resolve": raised,
            "open ones": lambda _: store.alerts.open(),
        },
        "alert_rules": {
            "remember": lambda n: store.alert_rules.remember(
                {("slow", "production"): Condition("ok", NOW + n * MINUTE)}, NOW
            ),
            "conditions": lambda _: store.alert_rules.conditions(),
            "silences": lambda _: store.alert_rules.silences(NOW),
        },
        "alert_telling": {
            "changed": lambda _: store.alert_telling.changed(),
            "due calls": lambda _: store.alert_telling.due_calls(NOW),
        },
        "alert_storms": {
            "open ones": lambda _: store.alert_storms.open(),
            "growing": lambda _: store.alert_storms.growing("C1", NOW, NOW),
        },
        "oncall": {
            "add, end": lambda n: (
                store.oncall.add(f"L{n}", SOMEBODY, NOW, _LATER, SOMEBODY),
                store.oncall.end(f"L{n}", NOW),
            ),
            "current": lambda _: store.oncall.current(NOW),
        },
    }


def _playbooks(store: Store) -> Operations:
    said = Entry(NOW, "note", ANA.id, ANA.name, "looked")
    store.playbook_runs.start(playbook_run(), said)
    return {
        "playbook_runs": {
            "note": lambda _: store.playbook_runs.note("RUN-1", said),
            "steps": lambda _: store.playbook_runs.steps("RUN-1"),
            "active": lambda _: store.playbook_runs.active(),
        },
        "playbook_clocks": {
            "told": lambda n: store.playbook_clocks.told("RUN-1", n),
            "due": lambda _: store.playbook_clocks.due(NOW),
        },
    }
