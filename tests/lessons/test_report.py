"""The report from the record: the same figures again, what changed, and what is missing."""

from __future__ import annotations

from datetime import timedelta

from bot.app import House
from bot.playbooks.reading import version_of
from bot.playbooks.records import Entry, RunRecord, RunState, StepState
from bot.store import Store
from bot.store.incidents_rows import Kind, Status
from bot.store.lessons_rows import ActionState, Feedback, NewAction
from handlers.lessons.report.charts import draw
from handlers.lessons.report.figures import figures
from handlers.lessons.report.gathering import gather, make
from handlers.lessons.report.markdown import markdown
from handlers.lessons.report.page import html
from handlers.lessons.report.views import message, verdict
from tests.lessons import past
from tests.lessons.past import ANA, BEGAN, RITA, VIC, minute

HOSTILE = 'Pay <script>alert(1)</script> & *x* `y` <!channel> | "q"'
PLAYBOOK = """
name: tiny
title: Tiny
summary: For a test.
owner: Team
reviewed: 2026-11-01
guide: None
phases:
  - id: one
    title: One
    ends: 30m
    steps:
      - {id: look, title: Look, owner: scribe, do: Look at it}
      - {id: tell, title: Tell, owner: scribe, do: Tell them}
      - {id: purge, title: Purge, owner: scribe, do: Purge it}
      - {id: quick, title: Quick, owner: scribe, do: Be quick}
  - id: later
    title: Later
    ends: 2w
    steps:
      - {id: train-team, title: Train team on prevention, owner: lead, do: Train}
"""


def feedback(number: int, person: past.Actor = VIC, **given: object) -> Feedback:
    told = {"well": "", "wrong": "", "lucky": "", "factors": (), "anonymous": False} | given
    return Feedback(number, person.id, person.name, given_at=BEGAN, edited_at=BEGAN, **told)  # type: ignore[arg-type]


def run(store: Store, incident: str, *, ended: bool = False) -> str:
    found, _ = store.playbook_runs.start(
        RunRecord("", "tiny", "Tiny", version_of(PLAYBOOK), PLAYBOOK, incident, "C0OPS00001", False,
                  RunState.ACTIVE, BEGAN, BEGAN, ANA.id, ANA.name),
        Entry(BEGAN, "started", ANA.id, ANA.name, "Started"),
    )  # fmt: skip
    for step, state, after, note in (
        ("look", StepState.DONE, 55, "the door was locked"),
        ("tell", StepState.SKIPPED, 10, "nobody is awake"),
        ("quick", StepState.DONE, 12, ""),
    ):
        store.playbook_runs.move(
            found.id, step, (StepState.OPEN,),
            {"state": state, "actor_id": ANA.id, "actor_name": ANA.name, "at": minute(after),
             "note": note}, None,
        )  # fmt: skip
    return found.id


def test_impact_and_times_come_from_the_record(house: House, store: Store) -> None:
    past.measured(store)
    record = past.resolved(store)
    found = figures(gather(house.dispatcher.runtime, record))
    assert found["Time to detect"] == "5 min"
    assert found["Time to acknowledge"] == "3 min"
    assert found["Time to resolve"] == "1 h 10 min"
    assert found["SLO lost"] == "30.0 min (30 of 70 checks failed)"
    assert found["Error budget used"].startswith("69.4 % of the 43.2 min")
    assert found["Affected requests"] == "1,800 of 7,000 failed (25.71 %)"
    assert found["Timeline entries"] == "7"


def test_what_was_not_measured_is_no_data_never_zero(house: House, store: Store) -> None:
    record = past.resolved(store)
    report = gather(house.dispatcher.runtime, record)
    found = figures(report)
    assert found["SLO lost"].startswith("no data")
    assert found["Error budget used"].startswith("no data")
    assert found["Affected requests"] == "no data"
    assert "SLO lost: no data" in verdict(report)
    assert draw(house.dispatcher.runtime, report) == ()


def test_made_again_it_is_the_same_and_a_correction_says_what_changed(
    house: House, store: Store
) -> None:
    runtime = house.dispatcher.runtime
    past.measured(store)
    record = past.resolved(store)
    first = make(runtime, record, ANA)
    runtime.clock = lambda: minute(100_000)
    again = make(runtime, record, RITA)
    assert (again.revision, again.fingerprint, again.changes) == (1, first.fingerprint, ())
    assert again.report == first.report
    past.status(store, record, Status.INVESTIGATING, minute(90))
    past.status(store, record, Status.RESOLVED, minute(100))
    store.lessons.give(feedback(record.number, well="the alert"))
    current = store.incidents.find(record.id)
    assert current is not None
    corrected = make(runtime, current, ANA)
    assert corrected.revision == 2
    assert "Time to resolve: 1 h 10 min → 1 h 40 min" in corrected.changes
    assert "Opened again: never → once" in corrected.changes
    assert "Went well: 0 → 1" in corrected.changes
    text, blocks = message(corrected)
    assert "Corrected since revision 1" in str(blocks)
    assert "1 h 40 min" in text


def test_playbook_steps_become_action_items_once(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    record = past.resolved(store)
    name = run(store, record.id)
    made = make(runtime, record, ANA)
    assert [(each.step, each.what) for each in made.report.findings] == [
        ("look", "late"),
        ("tell", "skipped"),
        ("purge", "not done"),
    ]
    late, skipped, _ = made.report.findings
    assert late.why == "25 min after its window; the door was locked"
    assert skipped.why == "nobody is awake"
    make(runtime, record, ANA)
    proposed = store.lesson_actions.of(record.id)
    assert len(proposed) == 3
    assert {(each.owner_name, each.due_at) for each in proposed} == {
        (RITA.name, minute(70) + timedelta(days=14))
    }
    assert {each.source for each in proposed} == {
        f"{name}:{step}" for step in ("look", "tell", "purge")
    }
    store.lesson_actions.end(proposed[0].id, ActionState.DROPPED, "stays", ANA, BEGAN)
    make(runtime, record, ANA)
    assert len(store.lesson_actions.of(record.id)) == 3


def test_the_guides_five_acts_follow_the_record(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    record = past.resolved(store)

    def states() -> dict[str, str]:
        return {act.name: act.state for act in gather(runtime, record).acts}

    assert states() == {
        "document": "in hand", "measures": "to do", "training": "to do", "implement": "to do",
        "policies": "to do",
    }  # fmt: skip
    name = run(store, record.id)
    store.playbook_runs.move(name, "train-team", (StepState.OPEN,), {"state": StepState.DONE}, None)
    store.lessons.give(feedback(record.number, wrong="slow"))
    action = NewAction(record.number, "Limit logins", ANA.id, ANA.name, None, act="measures")
    item = store.lesson_actions.add(action, ANA, BEGAN)
    assert states() == {
        "document": "done", "measures": "in hand", "training": "done", "implement": "in hand",
        "policies": "to do",
    }  # fmt: skip
    store.lesson_actions.end(item.id, ActionState.DONE, "", ANA, BEGAN)
    assert states()["measures"] == states()["implement"] == "done"


def test_markup_of_people_stays_text_in_every_form(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    past.measured(store)
    record = past.resolved(store, HOSTILE, affected=HOSTILE)
    store.lessons.give(feedback(record.number, well=HOSTILE, wrong=HOSTILE, factors=("change",)))
    made = make(runtime, record, ANA)
    charts = draw(runtime, made.report)
    page = html(made, charts)
    assert "<script" not in page
    assert page.count("data:image/png;base64,") == len(charts) == 3
    assert all(f'alt="{chart.words[:20]}' in page for chart in charts)
    assert "http://" not in page
    assert "https://" not in page
    text = markdown(made)
    assert "<script" not in text
    assert "\\|" in text
    shown = str(message(made))
    assert "<script" not in shown
    assert "<!channel>" not in shown


def test_an_empty_timeline_and_a_drill_are_said(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    record = past.resolved(store, kind=Kind.DRILL)
    made = make(runtime, record, ANA)
    text, _ = message(made)
    assert "DRILL: Lessons of" in text
    assert "DRILL" in markdown(made).splitlines()[0]
    assert "DRILL" in html(made, ())
    from dataclasses import replace

    bare = replace(made, report=replace(made.report, lines=(), entries=0))
    assert "nothing was written down" in str(message(bare))
    assert "nothing was written down" in markdown(bare)
    assert "nothing was written down" in html(bare, ())


def test_anonymous_answers_have_no_name_anywhere(house: House, store: Store) -> None:
    record = past.resolved(store)
    store.lessons.give(feedback(record.number, wrong="too slow", anonymous=True))
    made = make(house.dispatcher.runtime, record, ANA)
    for shown in (str(message(made)), markdown(made), html(made, ())):
        assert "too slow" in shown
        assert VIC.name not in shown


def test_feedback_is_kept_once_a_person(store: Store) -> None:
    record = past.resolved(store)
    assert not store.lessons.give(feedback(record.number, well="a"))
    assert store.lessons.give(feedback(record.number, well="b"))
    assert [each.well for each in store.lessons.feedback(record.id)] == ["b"]


def test_a_message_holds_slacks_limits_however_much_was_said(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    record = past.resolved(store, "t" * 150, affected="x" * 300)
    for number in range(40):
        person = past.Actor(f"U0P{number:05}", f"person {number}")
        store.lessons.give(
            feedback(record.number, person, well="<" * 600, wrong="&" * 600, lucky="l" * 600)
        )
        store.lesson_actions.add(
            NewAction(record.number, "&" * 300, ANA.id, ANA.name, minute(number)), ANA, BEGAN
        )
        store.timeline.append(
            record.id, past.entry("&" * 900, minute(number), "update", reference=f"e{number}")
        )
    text, blocks = message(make(runtime, record, ANA))
    assert len(blocks) <= 50
    assert all(
        len(block["text"]["text"]) <= 3_000 for block in blocks if block["type"] == "section"
    )
    written = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert sum(map(len, written)) <= 9_000
    assert len(text) < 400


def test_the_window_of_the_charts_holds_the_incident(house: House, store: Store) -> None:
    from handlers.lessons.report.charts import around

    report = gather(house.dispatcher.runtime, past.resolved(store))
    since, until = around(report)
    assert since <= BEGAN - timedelta(minutes=20)
    assert until >= minute(90)
