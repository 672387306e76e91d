"""Operations that another copy runs: found in the journal, run once, never left lying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.handover import KEPT, Handover
from bot.journal import VALUE_GONE
from bot.redaction import Redactor
from bot.sandbox.workspace import ANA, OMAR
from bot.store import Store
from bot.store.operation_rows import Decision, State
from tests.guard.conftest import Stage
from tests.guard.test_approval import APPROVE, requested
from tests.sandbox.workspace.stage import until

BY_ANA = Decision(ANA, "ana")


@contextmanager
def another_copy(stage: Stage) -> Iterator[Store]:
    """A process on the same store that lives, and looks at nothing."""
    store = Store.open(stage.settings.store.path)
    store.runs.begin("1", "socket", datetime.now(UTC), store.presence.sign_in("bot"))
    try:
        yield store
    finally:
        store.close()


async def test_what_another_copy_begins_in_our_name_is_run_here_once(stage: Stage) -> None:
    _, ana = await requested(stage)
    with another_copy(stage) as other:
        begun = other.operations.begin(
            stage.only().id, BY_ANA, stage.store.presence.name, datetime.now(UTC)
        )
        assert begun.ours
        assert (await stage.ends()).state is State.SUCCEEDED
    await ana.sees("Rehearsed: one was counted up", anytime=True)
    stage.guard.look()
    assert stage.effects() == (1, 1)


async def test_a_copy_that_leaves_begins_nothing_and_one_that_dies_is_told(stage: Stage) -> None:
    assert stage.house is not None
    _, ana = await requested(stage)
    stage.house.dispatcher.runtime.leaving = True
    with another_copy(stage) as other:
        await ana.presses(APPROVE, confirming="Approve")
        await ana.sees("Started", anytime=True)
        assert stage.only().owner == other.presence.name
        stage.guard.look()
        assert stage.only().state is State.RUNNING
        # In the very last moment one may still come here: it is handed on.
        assert other.operations.entrust(
            stage.only().id, other.presence.name, stage.store.presence.name
        )
        await until(lambda: stage.only().owner == other.presence.name)
    assert (await stage.ends()).state is State.INTERRUPTED
    assert stage.effects() == (0, 0)
    await ana.sees("Interrupted: the bot stopped", anytime=True)


async def test_a_request_whose_value_went_with_its_copy_is_closed_and_told(stage: Stage) -> None:
    _, ana = await requested(stage)
    asked, now = stage.only().request, datetime.now(UTC)
    handed = replace(asked, ticket="HO-23456789", target="another stage")
    with another_copy(stage) as other:
        handover = Handover(Redactor([]), lambda: now)
        ticket = handover.hand_in("a value", OMAR, other)
        handed = replace(handed, ticket=ticket)
        other.operations.add("OP-HANDED", handed, now, now + timedelta(minutes=10))
        stage.guard.look()
        waits = stage.store.operations.get("OP-HANDED")
        assert waits is not None
        assert waits.state is State.REQUESTED
        stage.guard.runner.tell(waits)
        mine = Handover(Redactor([]), lambda: now)
        assert mine.holder(ticket, OMAR, stage.store) == other.presence.name
        assert mine.holder(ticket, ANA, stage.store) == ""
        late = Handover(Redactor([]), lambda: now + KEPT)
        assert late.holder(ticket, OMAR, stage.store) == ""
    await ana.sees(VALUE_GONE, anytime=True)
    gone = stage.store.operations.get("OP-HANDED")
    assert gone is not None
    assert gone.state is State.CHANGED
