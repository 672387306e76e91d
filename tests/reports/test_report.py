"""What a report says of good weeks, bad weeks, empty ones, and of what people typed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.app import House
from bot.command import Block
from bot.documents.markdown import markdown
from bot.documents.page import page
from bot.runtime import Runtime
from bot.sandbox.workspace.validation import check_message, too_long
from bot.store import Store
from bot.store.incidents_rows import RoomState, Status
from bot.store.lessons_rows import NewAction
from handlers.reports.gathering import gather
from handlers.reports.happened import incidents
from handlers.reports.periods import wanted
from handlers.reports.rendering import document_of, message_of, thread_of
from handlers.reports.result import Facts, Made, Standing
from handlers.reports.verdict import Mood, mood, verdict
from tests.lessons.past import status
from tests.reports.made import MINUTE, MONDAY, NAME, WEEK, Raw, measured
from tests.reports.past import ANA, happened

HOUR = timedelta(hours=1)
MARKUP = "*bold* <!channel> & <https://evil.test|x> `code` _it_ @here ~no~ | # \u202e日本"


def gathered(runtime: Runtime, kind: str = "weekly", name: str = NAME) -> Facts:
    return gather(runtime, wanted(kind, name, runtime.now(), "Europe/Berlin"))


def said(facts: Facts) -> str:
    """Everything that Slack is sent, checked as Slack checks it."""
    made = Made(facts, 1, prepared_by="Ana")
    whole = ""
    for text, blocks in (message_of(made), *thread_of(made)):
        payload = {"text": text, "blocks": blocks, "attachments": []}
        assert not check_message(payload)
        assert not too_long(payload)
        whole += text + json.dumps(blocks, ensure_ascii=False)
    return whole


def test_an_empty_week(runtime: Runtime) -> None:
    facts = gathered(runtime)
    assert mood(facts) is Mood.BLIND
    assert verdict(facts).startswith("Nothing is known of this week")
    assert "Nothing was measured in this time" in said(facts)
    assert all(each.standing is Standing.NO_DATA for each in facts.health)
    assert facts.capacity == ()


def test_the_bots_first_day(runtime: Runtime, store: Store) -> None:
    """Half a day before the week ended it was installed: that is no gap, and is said."""
    measured(since=MONDAY + WEEK - 12 * HOUR, every=MINUTE).store(store)
    facts = gathered(runtime)
    assert facts.gaps == ()
    words = said(facts)
    assert "Measurements begin on Sun 08 Nov 12:00" in words
    assert "nothing to compare with" in words
    assert "7 % of the measurements" in words
    assert "at least" in words.split("Total requests")[1][:40]


def test_a_single_sample(runtime: Runtime, store: Store) -> None:
    raw = Raw()
    raw.add("uptime", MONDAY + HOUR, 1.0, 1)
    raw.store(store)
    facts = gathered(runtime)
    uptime = facts.figure("uptime")
    assert uptime is not None
    assert (uptime.value, uptime.count) == (100, 1)
    assert mood(facts) is not Mood.GOOD  # of one check nobody knows the week
    assert "Not measured for 6 d" in said(facts)


def test_every_check_failed(runtime: Runtime, store: Store) -> None:
    measured(failing=((MONDAY, MONDAY + WEEK),)).store(store)
    facts = gathered(runtime)
    assert mood(facts) is Mood.BAD
    assert "up 0.00 % of the time (down for about 7 d)" in said(facts).replace("\u00a0", " ")
    response = facts.figure("response_time")
    assert response is not None
    assert response.value is None


def test_two_hundred_incidents_stay_readable(runtime: Runtime, store: Store) -> None:
    for number in range(200):
        happened(store, f"Trouble {number} {MARKUP}", after=number * 40 * MINUTE, minutes=30)
    facts = gathered(runtime)
    assert len(facts.incidents) == 200
    words = said(facts)
    assert "195 more in the thread and the files" in words
    assert "are in the files of this report" in words
    assert markdown(document_of(Made(facts, 1), ())).count("| INC") == 200


def test_what_people_typed_is_text_everywhere(runtime: Runtime, store: Store) -> None:
    record = happened(store, MARKUP)
    store.lesson_actions.add(
        NewAction(record.number, MARKUP, "U1", f"ana {MARKUP}", MONDAY + HOUR), ANA, MONDAY + HOUR
    )
    store.report_posts.add_note(MARKUP, NAME, ANA, MONDAY)
    facts = gathered(runtime)
    words = said(facts)
    assert "<!channel>" not in words
    assert "<https://evil" not in words
    text = markdown(document_of(Made(facts, 1), ()))
    assert "<!channel>" not in text
    assert "\\*bold\\*" in text
    shown = page(document_of(Made(facts, 1), ()))
    assert "<https" not in shown
    assert "&lt;!channel&gt;" in shown


def test_private_incidents_and_drills_leave_no_trace(house: House, store: Store) -> None:
    runtime = house.dispatcher.runtime
    secret = happened(store, "Secret break-in", private=True)
    happened(store, "Practice only", kind=secret.kind.DRILL)
    store.incidents.change(
        secret.id, {"channel": "C0SECRET01", "room": RoomState.MADE}, ANA, None, MONDAY
    )
    store.lesson_actions.add(
        NewAction(secret.number, "Secret work", "U1", "ana", MONDAY + HOUR), ANA, MONDAY + HOUR
    )
    for kind, name in (("weekly", NAME), ("monthly", "2026-11")):
        facts = gathered(runtime, kind, name)
        words = said(facts) + markdown(document_of(Made(facts, 1), ())) + str(facts)
        for trace in ("Secret", secret.id, "C0SECRET01", "Practice only"):
            assert trace not in words
        assert facts.incidents == ()
        assert facts.drills == 1


def test_minutes_are_those_within_the_week(store: Store) -> None:
    """One that began before, was opened again, and one that is still open."""
    early = happened(store, "Since Sunday", after=-2 * HOUR, minutes=180)
    again = happened(store, "Twice", after=10 * HOUR, minutes=30)
    status(store, again, Status.INVESTIGATING, MONDAY + 12 * HOUR)
    status(store, again, Status.RESOLVED, MONDAY + 13 * HOUR)
    still = happened(store, "Still", after=WEEK - HOUR, minutes=None)
    happened(store, "Before", after=-50 * HOUR, minutes=60)
    later = happened(store, "Resolved later", after=WEEK - 3 * HOUR, minutes=600)
    past = store.incident_history.touching(MONDAY - WEEK, MONDAY + WEEK)
    found, _ = incidents(past, MONDAY, MONDAY + WEEK)
    minutes = {each.id: each.open_for / MINUTE for each in found}
    assert minutes == {early.id: 60, again.id: 90, still.id: 60, later.id: 180}
    ended = {each.id: each.ended is None for each in found}
    assert ended == {early.id: False, again.id: False, still.id: True, later.id: True}
    assert [each.carried for each in found if each.id == early.id] == [True]


def _all_blocks(facts: Facts) -> list[Block]:
    return message_of(Made(facts, 1))[1]


def test_the_guides_template_is_kept_in_its_order(runtime: Runtime, store: Store) -> None:
    measured().store(store)
    happened(store)
    words = json.dumps(_all_blocks(gathered(runtime)))
    order = [
        "System Health", "Incidents", "Maintenance Performed", "Upcoming Work", "Metrics Trends",
        "Recommendations",
    ]  # fmt: skip
    at = [words.index(f"*{each}*") for each in order]
    assert at == sorted(at)


def test_the_reviews_five_points_are_kept_in_their_order(runtime: Runtime, store: Store) -> None:
    measured().store(store)
    facts = gathered(runtime, "monthly", "2026-11")
    assert "so far" in verdict(facts)
    words = said(facts)
    order = [
        "1. Performance trends", "2. Security incidents", "3. Capacity", "4. Documentation",
        "5. Improvements", "How changes reach people", "Proposed next",
    ]  # fmt: skip
    at = [words.index(each) for each in order]
    assert at == sorted(at)
    assert "Operations &amp; Maintenance Guide: reviewed 2024-12-24" in words


@pytest.mark.parametrize("minutes", [1, 59, 61])
def test_a_short_outage_is_told_in_the_first_line(
    runtime: Runtime, store: Store, minutes: int
) -> None:
    start = MONDAY + 40 * HOUR
    raw = Raw()
    for number in range(7 * 24 * 60):
        at = MONDAY + number * MINUTE
        bad = start <= at < start + minutes * MINUTE
        raw.add("uptime", at, 0.0 if bad else 1.0, 0 if bad else 1)
    raw.store(store)
    told = verdict(gathered(runtime))
    assert f"down for about {'1 h 1 min' if minutes == 61 else f'{minutes} min'}" in told
