"""Incidents, their people, tasks and links: each change with its entry, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import BadInput
from bot.store import Store
from bot.store.incidents_rows import IncidentRole, Kind, RoomState, Status
from tests.incidents.acts import ANA, BEN, NOW, declaration, declared, entry, minutes

COMMANDER, RESPONDER = IncidentRole.COMMANDER, IncidentRole.RESPONDER


def test_a_declared_incident_is_found(store: Store) -> None:
    made = declared(store)
    assert (made.id, made.status, made.room) == ("INC-1", Status.INVESTIGATING, RoomState.WANTED)
    assert store.incidents.find("inc-1") == store.incidents.find("1") == made
    assert store.incidents.find("INC-2") is None
    assert [each.text for each in store.timeline.each("INC-1")] == ["declared"]


def test_an_incident_of_the_same_alert_is_joined_until_it_is_over(store: Store) -> None:
    joins = (("alert", "ALERT-7", "Errors"),)
    first, new = store.incidents.declare(declaration(joins=joins), ANA, entry(), NOW)
    assert new
    again = store.incidents.declare(declaration("Other", joins=joins), BEN, entry(), NOW)
    assert again == (first, False)
    store.incidents.change(first.id, {"status": Status.RESOLVED}, ANA, None, NOW)
    assert store.incidents.declare(declaration(joins=joins), BEN, entry(), NOW)[1]
    assert store.incident_work.linked_to("alert", "ALERT-7") == ("INC-2", "INC-1")


def test_two_people_declare_for_one_alert_at_once(store: Store) -> None:
    joins = (("alert", "ALERT-7", "Errors"),)

    def declare(_number: int) -> bool:
        return store.incidents.declare(declaration(joins=joins), ANA, entry(), NOW)[1]

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(declare, range(8))) == 1
    assert store.incidents.count() == 1


def test_a_change_is_kept_with_its_time_and_its_entry(store: Store) -> None:
    made = declared(store)
    after = store.incidents.change(
        made.id,
        {"status": Status.RESOLVED, "room_problem": "x"},
        BEN,
        entry("resolved", kind="status"),
        NOW + minutes(9),
        at=NOW + minutes(5),
    )
    assert after is not None
    assert (after.status, after.revision) == (Status.RESOLVED, made.revision + 1)
    changes = store.incidents.changes(made.id, "status")
    assert [(each.before, each.after, each.at, each.actor_name) for each in changes] == [
        ("", "investigating", NOW, "ana"),
        ("investigating", "resolved", NOW + minutes(5), "ben"),
    ]
    assert store.timeline.count(made.id) == 2


def test_a_change_that_changes_nothing_writes_nothing(store: Store) -> None:
    made = declared(store)
    assert store.incidents.change(made.id, {"severity": "SEV2"}, ANA, entry(), NOW) is None
    stale = store.incidents.change(
        made.id, {"severity": "SEV1"}, ANA, entry(), NOW, only_if={"status": Status.CLOSED}
    )
    assert stale is None
    assert store.timeline.count(made.id) == 1
    with pytest.raises(BadInput):
        store.incidents.change("INC-9", {"severity": "SEV1"}, ANA, entry(), NOW)
    with pytest.raises(ValueError, match="revision"):
        store.incidents.change(made.id, {"revision": 7}, ANA, entry(), NOW)


def test_an_incident_is_found_by_its_place(store: Store) -> None:
    own, thread, other = declared(store), declared(store), declared(store)
    shared = {"room": RoomState.SHARED, "channel": "C0OPS"}
    place = store.incidents.change
    place(own.id, {"room": RoomState.MADE, "channel": "C1"}, ANA, None, NOW)
    place(thread.id, {**shared, "thread_ts": "1.1"}, ANA, None, NOW)
    find = store.incidents.of_channel
    assert (find("C1") or own).id == own.id
    assert (find("C0OPS") or own).id == thread.id
    place(other.id, {**shared, "thread_ts": "2.2"}, ANA, None, NOW)
    assert find("C0OPS") is None
    assert (find("C0OPS", "2.2") or own).id == other.id
    assert find("") is None
    assert find("C9") is None


def test_lists(store: Store) -> None:
    slight, severe, over = declared(store, "a", "SEV3"), declared(store, "b", "SEV1"), None
    over = declared(store, "100%_odd", "SEV1", now=NOW + minutes(60))
    store.incidents.change(over.id, {"status": Status.CLOSED}, ANA, None, NOW)
    assert [each.id for each in store.incidents.open()] == [severe.id, slight.id]
    assert [each.id for each in store.incidents.newest()] == [severe.id, slight.id, over.id]
    assert [each.id for each in store.incidents.between(NOW, NOW + minutes(60))] == [
        slight.id, severe.id,
    ]  # fmt: skip
    assert [each.id for each in store.incidents.search("100%_ODD")] == [over.id]
    assert [each.id for each in store.incidents.search("checkout b")] == [severe.id]
    store.timeline.append(slight.id, entry("the pool was full"))
    assert [each.id for each in store.incidents.search("POOL full")] == [slight.id]
    assert store.incidents.search("%") == store.incidents.search("100%")


@pytest.mark.parametrize("typed", ["überlast", "Überlast", "ÜBERLAST", "überlast GARÇON"])
def test_letters_beyond_ascii_are_found_small_and_capital(store: Store, typed: str) -> None:
    wanted = declared(store, "Überlast bei Garçon")
    told = declared(store, "Other")
    store.timeline.append(told.id, entry("ÜBERLAST, says the garçon"))
    declared(store, "Uberlast bei Garcon")

    assert [each.id for each in store.incidents.search(typed)] == [told.id, wanted.id]


def test_a_role_is_taken_once(store: Store) -> None:
    made, work = declared(store), store.incident_work
    assert work.take(made.id, COMMANDER, ANA, "", entry("ana takes"), NOW) is None
    held = work.take(made.id, COMMANDER, BEN, "", entry("ben takes"), NOW)
    assert held is not None
    assert held.person_id == ANA.id
    assert work.take(made.id, COMMANDER, ANA, "", entry("again"), NOW) is None
    assert store.timeline.count(made.id) == 2
    assert work.take(made.id, COMMANDER, BEN, ANA.id, entry("ben replaces"), NOW) is None
    holder = work.holder(made.id, COMMANDER)
    assert holder is not None
    assert holder.person_name == "ben"
    vacant = work.take(made.id, IncidentRole.SCRIBE, BEN, ANA.id, entry(), NOW)
    assert vacant is not None
    assert vacant.person_id == ""


def test_fifty_people_press_take_at_once(store: Store) -> None:
    made = declared(store)
    people = [type(ANA)(f"U{number}", f"p{number}") for number in range(50)]

    def take(person: type(ANA)) -> bool:  # type: ignore[valid-type]
        text = entry(f"{person.name} takes", by=person)
        return store.incident_work.take(made.id, COMMANDER, person, "", text, NOW) is None

    with ThreadPoolExecutor(8) as presses:
        assert sum(presses.map(take, people)) == 1
    assert store.timeline.count(made.id) == 2


def test_responders_join_and_leave(store: Store) -> None:
    made, work = declared(store), store.incident_work
    for person in (ANA, BEN):
        assert work.take(made.id, RESPONDER, person, "", entry(), NOW) is None
    assert work.take(made.id, COMMANDER, BEN, "", entry(), NOW) is None
    assert [(each.role, each.person_name) for each in work.people(made.id)] == [
        (COMMANDER, "ben"), (RESPONDER, "ana"), (RESPONDER, "ben"),
    ]  # fmt: skip
    assert work.leave(made.id, COMMANDER, BEN.id, entry("left"), NOW)
    assert not work.leave(made.id, COMMANDER, BEN.id, entry("left"), NOW)
    assert work.holder(made.id, COMMANDER) is None


def test_tasks(store: Store) -> None:
    made, work = declared(store), store.incident_work
    later = work.add_task(made.id, "later", BEN, NOW + minutes(60), ANA, entry(), NOW)
    sooner = work.add_task(made.id, "sooner", BEN, NOW + minutes(5), ANA, entry(), NOW)
    some = work.add_task(made.id, "some day", ANA, None, ANA, entry(), NOW)
    assert work.tasks(made.id) == (sooner, later, some)
    assert work.tasks_of(BEN.id) == (sooner, later)
    assert work.tasks_due(NOW + minutes(5)) == (sooner,)
    assert work.finish_task(made.id, sooner.number, ANA, entry("done"), NOW)
    assert not work.finish_task(made.id, sooner.number, BEN, entry("done"), NOW)
    assert not work.finish_task(made.id, 9, BEN, entry("done"), NOW)
    assert [each.done for each in work.tasks(made.id)] == [False, False, True]
    assert work.assign_task(made.id, later.number, ANA, None, entry("given to ana"))
    assert {each.number for each in work.tasks_of(ANA.id)} == {later.number, some.number}
    assert store.timeline.count(made.id) == 6


def test_links_are_there_once(store: Store) -> None:
    made, work = declared(store, kind=Kind.DRILL), store.incident_work
    assert work.link(made.id, "url", "https://x/1", "PR 1", entry("linked"), NOW)
    assert not work.link(made.id, "url", "https://x/1", "PR 1", entry("linked"), NOW)
    assert [each.label for each in work.links(made.id)] == ["PR 1"]
    assert work.links(made.id, "alert") == ()
    assert store.timeline.count(made.id) == 2


def test_a_cursor_moves_forward_only(store: Store) -> None:
    assert store.cursors.position("audit") is None
    store.cursors.move("audit", 7)
    store.cursors.move("audit", 3)
    assert store.cursors.position("audit") == 7
