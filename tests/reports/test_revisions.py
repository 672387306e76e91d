"""A week again has the same figures; what changed in the record is told as a correction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.runtime import Runtime
from bot.store import Sample, Store
from bot.store.incidents_rows import BOT, Status
from handlers.reports.gathering import gather
from handlers.reports.periods import wanted
from handlers.reports.rendering import message_of
from handlers.reports.result import FACTS, Made, facts_of
from handlers.reports.revisions import keep, told
from tests.lessons.past import status
from tests.reports.made import MINUTE, MONDAY, NAME, WEEK, measured
from tests.reports.past import ANA, happened


def made(runtime: Runtime, summary: str = "") -> Made:
    period = wanted("weekly", NAME, runtime.now(), "Europe/Berlin")
    return keep(runtime, gather(runtime, period, summary), BOT)


def test_the_same_record_gives_the_same_revision(runtime: Runtime, store: Store) -> None:
    measured().store(store)
    happened(store)
    first = made(runtime)
    runtime.clock = lambda: MONDAY + 5 * WEEK
    again = made(runtime)
    assert (again.revision, again.changes) == (1, ())
    assert again.facts.health == first.facts.health
    assert again.facts.incidents == first.facts.incidents


@pytest.mark.both_engines
def test_a_correction_says_what_changed(runtime: Runtime, store: Store) -> None:
    measured().store(store)
    still = happened(store, "Still open", after=WEEK - 60 * MINUTE, minutes=None)
    made(runtime)
    status(store, still, Status.RESOLVED, MONDAY + WEEK - 20 * MINUTE)
    store.samples.add(
        [
            Sample("production", "uptime", MONDAY + number * MINUTE + timedelta(seconds=30), 0.0, 0)
            for number in range(90)
        ]
    )
    second = made(runtime, "Looked again.")
    assert second.revision == 2
    words = " ".join(second.changes).replace("\u00a0", " ")
    assert f"{still.id} SEV2 Still open: 1 h, still open → 40 min" in words
    assert "Uptime: 99." in words
    assert "→ 9" in words
    assert "Words of the preparer: Looked again. (new)" in words
    assert "Corrected since revision 1" in str(message_of(second)[1])
    kept = told(runtime, "weekly", NAME, 2)
    assert kept is not None
    assert kept.facts == second.facts
    assert told(runtime, "weekly", NAME, 3) is None


def test_what_became_private_is_not_named_by_its_going(runtime: Runtime, store: Store) -> None:
    record = happened(store, "Turned out to be an attack")
    made(runtime)
    store.incidents.change(record.id, {"private": True}, ANA, None, MONDAY + WEEK)
    second = made(runtime)
    assert second.revision == 2
    assert record.id not in str(second.changes)
    assert "attack" not in str(message_of(second))


def test_facts_survive_being_kept(runtime: Runtime, store: Store) -> None:
    measured().store(store)
    happened(store, 'Quote " and \\ and \u2028')
    period = wanted("monthly", "2026-11", runtime.now(), "Europe/Berlin")
    facts = gather(runtime, period)
    assert facts_of(FACTS.dump_json(facts).decode()) == facts
    assert facts_of('{"kind": "weekly"}') is None
