"""The audit log takes entries, refuses changes, and shows every kind of tampering."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import OpsError
from bot.store import AuditEntry, Store
from tests.store.writer import entry

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def fill(store: Store, count: int = 5) -> list[AuditEntry]:
    entries = [
        replace(entry(f"r{number}"), at=NOW + timedelta(minutes=number)) for number in range(count)
    ]
    assert [store.audit.append(each) for each in entries] == list(range(1, count + 1))
    return entries


def test_entries_come_back_newest_first(store: Store) -> None:
    entries = fill(store)
    assert store.audit.entries() == tuple(reversed(entries))
    assert store.audit.entries(limit=2) == (entries[4], entries[3])


def test_entries_are_found_by_what_they_say(store: Store) -> None:
    one = replace(entry("a"), at=NOW, person_id="U1", command="health", outcome="refused")
    two = replace(entry("b"), at=NOW + timedelta(hours=1), person_id="U2", command="audit")
    store.audit.append(one)
    store.audit.append(two)
    assert store.audit.entries(person="U1") == (one,)
    assert store.audit.entries(command="audit") == (two,)
    assert store.audit.entries(outcome="refused") == (one,)
    assert store.audit.entries(since=NOW + timedelta(minutes=1)) == (two,)
    assert store.audit.entries(person="U1", command="audit") == ()


def test_times_are_compared_as_times(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    store.audit.append(replace(entry("a"), at=NOW.astimezone(tokyo)))
    assert store.audit.entries(since=NOW)[0].at == NOW
    assert store.audit.entries(since=NOW + timedelta(microseconds=1)) == ()


@pytest.mark.parametrize("odd", ["é🚀", "\ud800", "\x00", "a'b\"\\", "line\nbreak", ""])
def test_any_text_is_recorded(store: Store, odd: str) -> None:
    written = replace(entry("a"), detail=odd, arguments=odd)
    store.audit.append(written)
    assert store.audit.entries() == (written,)
    assert store.audit.verify().intact


def test_an_intact_log_says_so(store: Store) -> None:
    assert store.audit.verify().head == "0" * 64
    fill(store)
    verification = store.audit.verify()
    assert (verification.intact, verification.entries) == (True, 5)


def test_the_chain_can_be_verified_by_anyone(store: Store, path: Path) -> None:
    """The documented recipe, with nothing of ours."""
    fill(store)
    previous = "0" * 64
    for row in sqlite3.connect(path).execute("SELECT sequence, entry, previous, hash FROM audit"):
        assert row[2] == previous
        previous = hashlib.sha256(f"{row[0]}\n{row[2]}\n{row[1]}".encode()).hexdigest()
        assert row[3] == previous
    assert store.audit.verify().head == previous


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET entry = '{}' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 5",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (sequence, entry, previous, hash) VALUES (2, '{}', '', '')",
        "INSERT INTO audit (sequence, entry, previous, hash) VALUES (9, '{}', '', '')",
        "INSERT INTO audit (sequence, entry, previous, hash) VALUES (6, '{}', 'x', 'y')",
        "UPDATE audit_head SET entries = 4",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head VALUES (2, 0, '')",
    ],
)
def test_the_file_refuses_changes_from_any_program(
    store: Store, path: Path, statement: str
) -> None:
    fill(store)
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        other.execute(statement)
    other.close()
    assert store.audit.verify().intact


def tamper(path: Path, *statements: str) -> None:
    """What a determined person does: take the guards away, change, put the guards back."""
    other = sqlite3.connect(path)
    guards = other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        other.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        other.execute(statement)
    for _, sql in guards:
        other.execute(sql)
    other.commit()
    other.close()


SWAP = (
    "UPDATE audit SET sequence = 99 WHERE sequence = 2",
    "UPDATE audit SET sequence = 2 WHERE sequence = 3",
    "UPDATE audit SET sequence = 3 WHERE sequence = 99",
)
CHANGED = "UPDATE audit SET entry = replace(entry, 'succeeded', 'refused') WHERE sequence = 3"


@pytest.mark.parametrize(
    ("statements", "first_broken", "reason"),
    [
        ((CHANGED,), 3, "changed"),
        (("UPDATE audit SET hash = previous WHERE sequence = 4",), 4, "changed"),
        (("DELETE FROM audit WHERE sequence = 2",), 2, "removed"),
        (("DELETE FROM audit WHERE sequence = 1",), 1, "removed"),
        (("DELETE FROM audit WHERE sequence = 5",), 5, "last entries were removed"),
        (("DELETE FROM audit",), 1, "removed"),
        (SWAP, 2, "changed"),
        (
            (
                "INSERT INTO audit (sequence, entry, previous, hash) "
                "SELECT 6, entry, previous, hash FROM audit WHERE sequence = 5",
            ),
            6,
            "added past the head",
        ),
        (("UPDATE audit_head SET hash = 'x'",), 5, "head"),
        (("DELETE FROM audit_head",), None, "head"),
    ],
)
def test_tampering_is_found(
    store: Store, path: Path, statements: tuple[str, ...], first_broken: int | None, reason: str
) -> None:
    fill(store)
    tamper(path, *statements)
    found = store.audit.verify()
    assert not found.intact
    assert found.first_broken == first_broken
    assert reason in found.reason


def test_an_inserted_entry_with_a_right_hash_of_its_own_is_found(store: Store, path: Path) -> None:
    fill(store)
    text = json.dumps({"forged": True})
    forged = hashlib.sha256(f"3\n{'0' * 64}\n{text}".encode()).hexdigest()
    values = f"entry = '{text}', previous = '{'0' * 64}', hash = '{forged}'"
    tamper(path, f"UPDATE audit SET {values} WHERE sequence = 3")  # noqa: S608 our own words
    found = store.audit.verify()
    assert (found.intact, found.first_broken) == (False, 3)
    assert "does not follow" in found.reason
    with pytest.raises(OpsError, match="not written by this bot"):
        store.audit.entries()


def test_missing_guards_are_found(store: Store, path: Path) -> None:
    fill(store)
    other = sqlite3.connect(path)
    other.execute("DROP TRIGGER audit_refuses_update")
    other.close()
    assert "guards" in store.audit.verify().reason


def test_a_log_written_anew_shows_against_a_noted_head(
    store: Store, path: Path, tmp_path: Path
) -> None:
    fill(store, 3)
    noted = store.audit.verify().head
    fill_more = replace(entry("later"), at=NOW)
    store.audit.append(fill_more)
    assert store.audit.verify(noted[:12]).intact
    anew = Store.open(tmp_path / "anew.sqlite3")
    fill(anew, 2)
    anew.audit.append(entry("forged"))
    assert anew.audit.verify().intact
    assert not anew.audit.verify(noted[:12]).intact
    anew.close()


def test_a_long_log_is_verified_in_batches(store: Store) -> None:
    fill(store, 1_203)
    found = store.audit.verify()
    assert (found.intact, found.entries) == (True, 1_203)
