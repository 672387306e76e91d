"""A value that one copy holds in memory: another copy is asked to approve, the holder sets it."""

from __future__ import annotations

from pathlib import Path

from bot import copies
from bot.journal import VALUE_GONE
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.cloudflare.account import WORKER
from bot.sandbox.workspace import ANA, OMAR, Message, View
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from bot.store.operation_rows import OperationRecord, State
from tests.replicas.notes import eventually, looked_at

VALUE = "Nobody-may-read-this-7713-anywhere"


async def asked(world: World, value: str) -> OperationRecord:
    """Omar has entered a new value, and somebody has to approve it."""
    omar = Actor(world.workspace, OMAR)
    await omar.types("/pitchey secrets rotate JWT_SECRET")
    await omar.sees_message("Which new value for JWT_SECRET of production?")
    await omar.presses("Enter a value")
    await omar.sees_modal("New secret value")
    omar.fills("New value", value)
    omar.fills("Why", "a laptop was stolen")
    await omar.submits()
    with looked_at(world) as store:
        await eventually(store.operations.waiting_with_ticket, 120)
        return store.operations.waiting_with_ticket()[-1]


def holder(world: World, record: OperationRecord) -> BotProcess:
    """The copy that has the value; the balancer gives nothing more to it."""
    with looked_at(world) as store:
        known = store.handed_over.find(record.request.ticket)
        assert known is not None
        places = {run.process: run.place for run in copies.living(store, record.requested_at)}
    pid = int(places[known.process].rpartition(":")[2])
    found = next(each for each in (world.bot, *world.copies) if each.pid == pid)
    assert world.balancer is not None
    world.balancer.avoided = {int(found.own["PORT"])}
    return found


def written(folder: Path) -> bytes:
    """Everything that stands in the sandbox's folder: logs, and the store's own files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


async def test_the_copy_that_holds_the_value_sets_it(several: World) -> None:
    record = await asked(several, VALUE)
    holds = holder(several, record)
    ana = Actor(several.workspace, ANA)
    assert several.balancer is not None
    try:
        await ana.sees("wants to run", anytime=True)
        await ana.presses("Approve secrets rotate", confirming="Approve")
        await ana.sees("JWT_SECRET of production has a new value", anytime=True)
    finally:
        several.balancer.avoided = set()
    script = several.account.scripts[WORKER]
    assert script.newest is not None
    assert script.value(script.newest, "JWT_SECRET") == VALUE
    with looked_at(several) as store:
        ended = store.operations.get(record.id)
        assert ended is not None
        assert ended.state is State.SUCCEEDED
        known = store.handed_over.find(record.request.ticket)
        assert known is not None
        assert ended.owner == known.process
        starts = [entry for entry in store.audit.entries(limit=50) if entry.reference == record.id]
        assert VALUE not in str(starts)
    assert holds.pid
    assert VALUE.encode() not in written(several.folder)


async def test_a_value_that_went_with_its_copy_is_told_and_entered_again(several: World) -> None:
    record = await asked(several, VALUE)
    holds = holder(several, record)
    ana, omar = Actor(several.workspace, ANA), Actor(several.workspace, OMAR)
    assert several.balancer is not None
    await ana.sees("wants to run", anytime=True)
    await holds.stop()
    several.balancer.avoided = set()
    try:
        told = await ana.sees(VALUE_GONE, anytime=True)
        assert "Approve secrets rotate" not in str(shown(told))
        await omar.sees(VALUE_GONE, anytime=True)
        await omar.presses("Ask again for secrets rotate")
        await omar.sees_message("Which new value for JWT_SECRET of production?")
        await omar.presses("Enter a value")
        await omar.sees_modal("New secret value")
        await omar.closes()
    finally:
        await holds.start("http", several.environment, lambda _: None)


def shown(told: Message | View) -> object:
    return told.blocks
