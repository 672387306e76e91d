"""Names, times and lengths: pure decisions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import catalogue
from bot.settings.incidents import Incidents
from bot.store import AuditEntry, Store
from bot.store.incidents_rows import IncidentRecord, Kind, RoomState, Status
from handlers.incidents.cadence import cadence, durations, following_reminder
from handlers.incidents.following import kind_for
from handlers.incidents.naming import attempt_of, channel_name, code_name, happened_before, slug
from tests.incidents.acts import ANA, NOW, declared, minutes


@pytest.fixture
def record(store: Store) -> IncidentRecord:
    return declared(store)


@given(title=st.text(max_size=300), attempt=st.integers(1, 60))
def test_any_title_makes_a_name_that_slack_takes(title: str, attempt: int) -> None:
    record = replace(_SOME, title=title)
    name = channel_name(record, "UTC", attempt)
    assert re.fullmatch(r"[a-z0-9-]{1,80}", name)
    assert name.startswith("inc-20261123-")
    assert attempt_of(name, record, "UTC") == attempt


def _some() -> IncidentRecord:
    return IncidentRecord(
        12, "Checkout", "SEV2", Kind.OUTAGE, "", False, Status.INVESTIGATING, NOW, "U1", "ana",
        NOW, "", "", "C1", "inc", "", RoomState.MADE, "", None, "", "", 0, None, None, "", None,
        "", 0, 1,
    )  # fmt: skip


_SOME = _some()


def test_the_day_of_a_name_is_the_teams() -> None:
    late = replace(_SOME, declared_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert channel_name(late, "Europe/Berlin") == "inc-20261124-checkout"
    assert channel_name(replace(late, kind=Kind.DRILL), "UTC") == "inc-20261123-drill-checkout"
    secret = replace(late, private=True, title="Customer data sold")
    assert channel_name(secret, "UTC") == f"inc-20261123-{code_name(12)}"
    assert slug("Größe — ÆØ!") == "grosse-aeo"


def test_code_names_differ() -> None:
    assert len({code_name(number) for number in range(272)}) == 272


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("02:14", datetime(2026, 11, 23, 2, 14, tzinfo=UTC)),
        ("02:20", datetime(2026, 11, 23, 2, 20, tzinfo=UTC)),
        ("02:21", datetime(2026, 11, 22, 2, 21, tzinfo=UTC)),
        ("2026-11-01 09:05:30", datetime(2026, 11, 1, 9, 5, 30, tzinfo=UTC)),
        ("2026-11-01T09:05Z", datetime(2026, 11, 1, 9, 5, tzinfo=UTC)),
        ("2026-11-24 00:00", None),
        ("2026-02-30 00:00", None),
        ("24:00", None),
        ("now", None),
        ("", None),
    ],
)
def test_a_time_that_was(words: str, expected: datetime | None) -> None:
    assert happened_before(words, NOW, "UTC") == expected


def test_a_time_in_the_teams_zone_or_utc() -> None:
    assert happened_before("03:14", NOW, "Europe/Berlin") == NOW - minutes(6)
    assert happened_before("02:14 UTC", NOW, "Europe/Berlin") == NOW - minutes(6)


def test_reminders_missed_meanwhile_are_one() -> None:
    every = minutes(30)
    assert following_reminder(NOW, every, NOW) == NOW + every
    assert following_reminder(NOW, every, NOW + minutes(95)) == NOW + minutes(120)
    assert cadence(Incidents(), "SEV1") == every
    assert cadence(Incidents(), "SEV4") is None


def test_durations_come_from_status_events_and_stay(store: Store, record: IncidentRecord) -> None:
    def change(status: Status, after: float) -> None:
        at = NOW + minutes(after)
        store.incidents.change(record.id, {"status": status}, ANA, None, at)

    def lengths() -> tuple[timedelta | None, timedelta | None]:
        now = store.incidents.find(record.id)
        assert now is not None
        found = durations(now, store.incidents.changes(record.id))
        return found.mitigated, found.resolved

    assert lengths() == (None, None)
    change(Status.MONITORING, 20)
    change(Status.RESOLVED, 40)
    change(Status.CLOSED, 600)
    assert lengths() == (minutes(20), minutes(40))
    store.incidents.change(record.id, {"title": "Later edit"}, ANA, None, NOW + minutes(9_000))
    assert lengths() == (minutes(20), minutes(40))
    change(Status.INVESTIGATING, 700)
    assert lengths() == (minutes(20), None)
    change(Status.RESOLVED, 760)
    assert lengths() == (minutes(20), minutes(760))


AUDITED = AuditEntry(NOW, "r", "U1", "ana", "slash command", "C1", "status", "status", "viewer",
                     "succeeded", "Well", 3)  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "incident", "kind"),
    [
        (AUDITED, _SOME, "command"),
        (replace(AUDITED, channel="C2"), _SOME, ""),
        (replace(AUDITED, at=NOW - minutes(1)), _SOME, ""),
        (replace(AUDITED, command="incident note"), _SOME, ""),
        (AUDITED, replace(_SOME, room=RoomState.SHARED), ""),
        (replace(AUDITED, command="practise change"), _SOME, "change"),
        (replace(AUDITED, command="practise change", channel="C2"), _SOME, ""),
        (replace(AUDITED, command="", outcome="failed"), _SOME, ""),
        (replace(AUDITED, command="practise change", outcome="not understood"), _SOME, ""),
        (replace(AUDITED, command="rollback", outcome="requested", channel="C2"), _SOME, "change"),
        (replace(AUDITED, command="rollback", outcome="not understood", channel="C2"), _SOME, ""),
    ],
)
def test_what_belongs_on_a_timeline(entry: AuditEntry, incident: IncidentRecord, kind: str) -> None:
    assert kind_for(catalogue(), incident, entry) == kind
