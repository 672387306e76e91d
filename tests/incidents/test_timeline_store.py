"""A timeline takes entries, refuses changes, and shows every kind of tampering."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.store import Store
from tests.incidents.acts import BEN, NOW, declared, entry, minutes

KILLED = """
import sys
from pathlib import Path
from bot.store import Store
from tests.incidents.acts import declared, entry
store = Store.open(Path(sys.argv[1]), patience=20)
incident = declared(store).id
number = 0
while True:
    number += 1
    store.timeline.append(incident, entry(f"entry {number}", reference=str(number)))
    print(number, flush=True)
"""


def filled(store: Store, count: int = 6) -> str:
    """An incident with `count` entries, the declaration among them."""
    incident = declared(store).id
    for number in range(2, count + 1):
        store.timeline.append(incident, entry(f"entry {number}", at=NOW + minutes(number)))
    return incident


def test_entries_come_in_the_order_in_which_they_happened(store: Store) -> None:
    incident = filled(store, 3)
    late = store.timeline.append(incident, entry("long before", at=NOW - minutes(6)))
    assert late == (4, True)
    assert [each.text for each in store.timeline.page(incident)] == [
        "long before", "declared", "entry 2", "entry 3",
    ]  # fmt: skip
    assert store.timeline.page(incident)[0].recorded_at == NOW
    assert [each.sequence for each in store.timeline.each(incident)] == [1, 2, 3, 4]


def test_the_same_reference_is_recorded_once(store: Store) -> None:
    incident = filled(store, 1)
    first = store.timeline.append(incident, entry("first text", reference="message:C1:1.2"))
    again = store.timeline.append(incident, entry("other text", reference="message:C1:1.2"))
    assert (first, again) == ((2, True), (2, False))
    assert store.timeline.find(incident, "message:C1:1.2") == replace(
        entry("first text", reference="message:C1:1.2"), sequence=2
    )
    other = declared(store, "Another").id
    assert store.timeline.append(other, entry(reference="message:C1:1.2")).fresh
    assert store.timeline.append(incident, entry()).fresh
    assert store.timeline.append(incident, entry()).fresh


def test_pages_kinds_and_people(store: Store) -> None:
    incident = filled(store, 9)
    store.timeline.append(incident, entry("by ben", kind="role", by=BEN, at=NOW + minutes(60)))
    assert [each.sequence for each in store.timeline.page(incident, limit=4, offset=8)] == [9, 10]
    (only,) = store.timeline.page(incident, kinds=("role",))
    assert (only.text, only.actor_name) == ("by ben", "ben")
    assert store.timeline.page(incident, actor=BEN.id) == (only,)
    assert store.timeline.count(incident) == 10
    assert store.timeline.count(incident, kinds=("declared", "role")) == 2


@pytest.mark.parametrize("odd", ["é🚀", "\ud800", "\x00", "a'b\"\\", "two\nlines", "", "x" * 9_000])
def test_any_text_is_kept_as_it_was(store: Store, odd: str) -> None:
    incident = filled(store, 1)
    store.timeline.append(incident, entry(odd))
    assert store.timeline.page(incident)[-1].text == odd
    assert store.timeline.verify(incident).intact


@pytest.mark.parametrize(
    "bad", ["INC-99", "99", "INC-0", "INC-", "", "x", "-1", "INC-1e3", "9" * 40]
)
def test_what_is_no_incident_is_refused(store: Store, bad: str) -> None:
    filled(store, 1)
    with pytest.raises(BadInput):
        store.timeline.append(bad, entry())


def test_the_chain_can_be_verified_by_anyone(store: Store, path: Path) -> None:
    """The documented recipe, with nothing of ours; another incident's entries are apart."""
    incident = filled(store)
    filled(store)
    previous = "0" * 64
    with closing(sqlite3.connect(path)) as other:
        rows = other.execute(
            "SELECT sequence, entry, previous, hash FROM timeline WHERE incident = 1 "
            "ORDER BY sequence"
        ).fetchall()
    for row in rows:
        assert row[2] == previous
        previous = hashlib.sha256(f"{row[0]}\n{row[2]}\n{row[1]}".encode()).hexdigest()
        assert row[3] == previous
    found = store.timeline.verify(incident)
    assert (found.intact, found.entries, found.head) == (True, 6, previous)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline SET entry = '{}' WHERE sequence = 2",
        "DELETE FROM timeline WHERE sequence = 6",
        "DELETE FROM timeline",
        "INSERT OR REPLACE INTO timeline (incident, sequence, entry, previous, hash) "
        "VALUES (1, 2, '{}', '', '')",
        "INSERT INTO timeline (incident, sequence, entry, previous, hash) "
        "VALUES (1, 9, '{}', '', '')",
        "UPDATE timeline_heads SET entries = 4",
        "DELETE FROM timeline_heads",
        "INSERT OR REPLACE INTO timeline_heads VALUES (1, 0, '')",
        "UPDATE incident_changes SET at = 0",
        "DELETE FROM incident_changes",
        "DELETE FROM incidents",
    ],
)
def test_the_file_refuses_changes_from_any_program(
    store: Store, path: Path, statement: str
) -> None:
    incident = filled(store)
    with closing(sqlite3.connect(path)) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(statement)
    assert store.timeline.verify(incident).intact


def tamper(path: Path, *statements: str) -> None:
    """What a determined person does: take the guards away, change, put the guards back."""
    with closing(sqlite3.connect(path)) as other:
        guards = other.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in guards:
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(statement)
        for _, sql in guards:
            other.execute(sql)
        other.commit()


@pytest.mark.parametrize(
    ("statements", "first_broken"),
    [
        (["UPDATE timeline SET entry = replace(entry, 'entry 3', 'nothing') WHERE sequence=3"], 3),
        (["UPDATE timeline SET entry = '{}' WHERE sequence = 3"], 3),
        (["DELETE FROM timeline WHERE sequence = 3"], 3),
        (["DELETE FROM timeline WHERE sequence = 6"], 6),
        (["DELETE FROM timeline WHERE sequence = 6", "UPDATE timeline_heads SET entries = 5"], 5),
        (["DELETE FROM timeline", "UPDATE timeline_heads SET entries = 0"], 1),
        (["DELETE FROM timeline", "DELETE FROM timeline_heads"], 1),
        (
            [
                "UPDATE timeline SET sequence = 99 WHERE sequence = 2",
                "UPDATE timeline SET sequence = 2 WHERE sequence = 3",
                "UPDATE timeline SET sequence = 3 WHERE sequence = 99",
            ],
            2,
        ),
        (
            [
                "INSERT INTO timeline (incident, sequence, entry, previous, hash) "
                "SELECT 1, 7, entry, hash, hash FROM timeline WHERE sequence = 6"
            ],
            7,
        ),
    ],
)
def test_tampering_is_found_and_its_place_named(
    path: Path, statements: list[str], first_broken: int
) -> None:
    store = Store.open(path)
    incident = filled(store)
    store.close()
    tamper(path, *statements)
    store = Store.open(path)
    found = store.timeline.verify(incident)
    store.close()
    assert (found.intact, found.first_broken) == (False, first_broken)
    assert found.reason


def test_another_incidents_chain_cannot_take_its_place(path: Path) -> None:
    store = Store.open(path)
    filled(store)
    filled(store)
    store.close()
    tamper(
        path,
        "DELETE FROM timeline WHERE incident = 1",
        "DELETE FROM timeline_heads WHERE incident = 1",
        "INSERT INTO timeline (incident, sequence, entry, previous, hash) "
        "SELECT 1, sequence, entry, previous, hash FROM timeline WHERE incident = 2",
        "INSERT INTO timeline_heads SELECT 1, entries, hash FROM timeline_heads WHERE incident=2",
    )
    store = Store.open(path)
    assert not store.timeline.verify("INC-1").intact
    store.close()


def test_a_chain_written_anew_shows_beside_a_noted_head(store: Store) -> None:
    incident = filled(store)
    _, head = store.timeline.head(incident)
    assert store.timeline.verify(incident, head[:12]).intact
    found = store.timeline.verify(incident, "f" * 12)
    assert (found.intact, found.first_broken) == (False, None)


def test_guards_that_were_taken_away_show(path: Path) -> None:
    store = Store.open(path)
    incident = filled(store)
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TRIGGER timeline_refuses_delete")
    assert "guards" in store.timeline.verify(incident).reason
    store.close()


@pytest.mark.file_only
def test_ten_thousand_entries_among_many_incidents(store: Store) -> None:
    """Cost does not grow: each page is found by an index, the last as the first."""
    for number in range(50):
        declared(store, f"Incident {number}")
    with store.timeline._connection.write() as sqlite:
        from bot.store.timeline import append_entry

        for number in range(10_000):
            append_entry(sqlite, 7, entry(f"entry {number}", at=NOW + minutes(number)))
    assert store.timeline.append("INC-7", entry("the last", at=NOW + minutes(10_001))).fresh
    assert store.timeline.page("INC-7", limit=1, offset=10_001)[0].text == "the last"
    assert store.timeline.verify("INC-7").entries == 10_002
    with store.timeline._connection.read() as sqlite:
        plan = sqlite.execute(
            "EXPLAIN QUERY PLAN SELECT sequence, entry FROM timeline WHERE incident = 7 "
            "ORDER BY happened_at, sequence LIMIT 20"
        ).fetchall()
    assert "timeline_happened" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_what_was_reported_as_written_survives_a_kill(path: Path) -> None:
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 12:
                break
        process.kill()
        last = int((process.stdout.read().split() or ["12"])[-1])
        process.stdout.close()
        process.wait()
        store = Store.open(path)
        incident = store.incidents.newest(1)[0].id
        assert store.timeline.count(incident) >= last + 1
        assert store.timeline.verify(incident).intact
        store.close()
