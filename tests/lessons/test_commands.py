"""The commands as they are typed: what is wrong is said, with what would work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import House
from bot.command import Invocation, Person, Reply, Surface
from bot.patience import Nobody
from bot.store import Store
from bot.store.incidents_rows import Kind
from tests.lessons import past
from tests.lessons.past import BEGAN

VIEWER = Person("U0NOBODY01", "nobody")


async def types(house: House, line: str, person: Person | None = None) -> Reply:
    house.dispatcher.runtime.clock = lambda: past.minute(60 * 24)
    surface = Surface.SLASH if person else Surface.TERMINAL
    asked = Invocation("P-TEST", person or Person("terminal:root", "root"), surface, line)
    return await house.dispatcher.run(asked, Nobody())


async def test_a_mistyped_id_is_answered_with_the_one_that_was_meant(
    house: House, store: Store
) -> None:
    record = past.resolved(store)
    reply = await types(house, "incident report INC-11")
    assert "There is no incident INC-11." in reply.text
    assert f"Did you mean `{record.id}`?" in str(reply.blocks)
    assert f"incident report {record.id}" in str(reply.blocks)
    for wrong in ("incident report pool", "incident evidence verify INC-9", "incident actions x"):
        assert (await types(house, wrong)).exit_code != 0


async def test_an_open_incident_has_no_report_yet(house: House, store: Store) -> None:
    record = past.declared(store)
    for line in (f"incident report {record.id}", f"incident feedback {record.id} --well fine"):
        reply = await types(house, line)
        assert f"{record.id} is still investigating" in reply.text
        assert f"incident status resolved {record.id}" in str(reply.blocks)


async def test_a_private_incident_is_as_if_it_were_not_there(house: House, store: Store) -> None:
    record = past.resolved(store, "leak", kind=Kind.SECURITY)
    await types(house, f'incident action add --incident {record.id} "rotate the key"')
    for line in (
        f"incident report {record.id}",
        f"incident actions {record.id}",
        f"incident feedback {record.id} --well x",
    ):
        reply = await types(house, line, VIEWER)
        assert f"There is no incident {record.id}" in reply.text
        assert "leak" not in str(reply)
    assert "rotate" not in str(await types(house, "incident actions", VIEWER))
    assert "rotate" in str(await types(house, "incident actions"))


async def test_files_are_written_in_a_terminal(house: House, store: Store, tmp_path: Path) -> None:
    past.measured(store)
    record = past.resolved(store)
    reply = await types(house, f"incident report {record.id} --out {tmp_path}")
    assert "Lessons of INC-1" in reply.text
    page = (tmp_path / "inc-1-lessons-r1.html").read_text()
    assert page.count("<img ") == 3
    assert "# Lessons learned: INC-1" in (tmp_path / "inc-1-lessons-r1.md").read_text()
    wrong = await types(house, f"incident report {record.id} --out {tmp_path}/nowhere")
    assert "cannot be written" in wrong.text


@pytest.mark.both_engines
async def test_an_action_item_from_its_beginning_to_its_end(house: House, store: Store) -> None:
    record = past.resolved(store)
    line = f'incident action add --incident {record.id} --due 7d --act measures "Limit R&D"'
    assert "ACT-1 is added" in (await types(house, line)).text
    (item,) = store.lesson_actions.of(record.id)
    assert item.due_at == past.minute(60 * 24 * 8)
    assert (item.owner_name, item.act) == ("root", "measures")
    listed = await types(house, "incident actions")
    assert "1 action item open" in listed.text
    assert "Limit R&amp;D" in str(listed.blocks)
    assert "needs a reason" in (await types(house, "incident action drop ACT-1")).text
    assert "ACT-1 is done" in (await types(house, "incident action done ACT-1 merged")).text
    assert "was done already" in (await types(house, "incident action drop ACT-1 no time")).text
    assert "is open again" in (await types(house, "incident action reopen act-1")).text
    planned = await types(house, "incident action plan --due 2026-12-24 1")
    assert "is planned" in planned.text
    assert store.lesson_actions.get("ACT-1").due_at == datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert "is no action item's id" not in planned.text
    for wrong in ("done ACT-9", "done x", "add --incident INC-1 x", "plan --due soon ACT-1"):
        assert (await types(house, f"incident action {wrong}")).exit_code != 0


async def test_overdue_action_items_are_told_with_how_late(house: House, store: Store) -> None:
    from bot.store.lessons_rows import NewAction

    record = past.resolved(store)
    store.lesson_actions.add(NewAction(record.number, "slow", "", "", BEGAN), past.ANA, BEGAN)
    reply = await types(house, f"incident actions {record.id}")
    assert "1 action item open, 1 overdue, 1 without an owner" in reply.text
    assert "1 d overdue" in str(reply.blocks)
    assert reply.exit_code == 1


@pytest.mark.parametrize("line", ["--factors nonsense", "", "--anonymous"])
async def test_feedback_that_says_nothing_is_refused(house: House, store: Store, line: str) -> None:
    record = past.resolved(store)
    assert (await types(house, f"incident feedback {record.id} {line}")).exit_code != 0
    assert store.lessons.feedback(record.id) == ()


async def test_statistics_as_they_are_typed(house: House, store: Store) -> None:
    past.resolved(store)
    for line in ("incident stats", "incident stats 90d", "incident stats quarter"):
        assert "1 incident in" in (await types(house, line)).text
    assert (await types(house, "incident stats year")).exit_code != 0
