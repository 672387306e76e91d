"""Between two acts: a process lost after the switch, a hold put on while backups go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.backups.beside_databases import Standing, create, drop, listed
from bot.backups.holding import hold
from bot.backups.restoring import restore_into
from bot.backups.switching import switch
from bot.backups.taking import Say
from bot.command import Context, Invocation, Person, Role, Surface
from bot.errors import BadInput
from bot.journal import Running
from bot.sandbox.world import World
from bot.store.operation_rows import Decision, OperationRecord, State
from handlers.backups import scratch
from handlers.backups.keeping import prune
from handlers.backups.recovering import look, tell, untold
from handlers.backups.recovering_views import left_message
from handlers.backups.restoring import COMPARE, SAFETY, STOP, SWITCH, free_name, replace_live
from handlers.backups.result import Left
from tests.backups.stage import ANA, Shop, database, owner, shop
from tests.guard.test_decisions import REQUEST

COPY = "shop_copy"
MINE, OTHER = "pitchey_drill_20261128", "pitchey_restore_20261128"
_SHOP = "create table orders as select n as id from generate_series(1, 500) n"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_left(world: World) -> None:
    """The sandbox's server is kept: what a run that failed left there would fail this one, too."""
    async with await owner(world) as connection:
        for name in (COPY, MINE, OTHER):
            await connection.execute(f"drop database if exists {name} with (force)".encode())


async def test_what_was_switched_before_a_kill_is_not_switched_again(
    world: World, tmp_path: Path
) -> None:
    async with database(world, "shop", _SHOP) as dsn, shop(world, tmp_path, dsn) as made:
        clients = made.house.clients
        first = begun(made, "OP-FIRST1", "")
        running = Running(made.house.store, first, now, made.say, cancellable=False)
        for step in (STOP, SAFETY, COMPARE):
            await running.step(step)
        backup = await made.take()
        await restore_into(
            made.settings, clients, clients.database, backup, COPY, standing=Standing.RESTORED,
            by="Ana Lima", say=made.say,
        )  # fmt: skip
        await running.step(SWITCH)
        with pytest.raises(BadInput) as whole:  # killed here, a whole copy waits to be used
            await free_name(context(made, first), backup, COPY, "shop")
        assert whole.value.offers[0] == (f"Switch to {COPY}", f"restore switch {COPY}")
        done = await switch(clients.database, COPY, "shop", "Ana Lima")
        left = await look(made.house.dispatcher.runtime, first)
        assert left.replaced is not None
        assert left.replaced.name == done.before
        assert "is the restored one now" in left_message(left)[0]
        made.house.store.operations.end(first.id, State.INTERRUPTED, now(), first.owner, {})

        told = await replace_live(context(made, begun(made, "OP-AGAIN1", first.id)), backup, COPY)

        assert told.switched is not None
        assert told.switched.before == done.before
        assert told.writers is not None
        assert "nothing was done again" in told.writers.told
        beside = await listed(clients.database)
        assert [each.name for each in beside] == [done.before]
        await drop(clients.database, done.before)


async def test_a_hold_put_on_while_others_are_deleted_counts(
    world: World, tmp_path: Path, tiny: str
) -> None:
    nothing_stays = {"keep_days": -1, "keep_weekly": 0, "keep_monthly": 0}
    async with shop(world, tmp_path, tiny, **nothing_stays) as made:
        storage = made.settings.storage.model_copy(update={"backup_prefix": "holding/"})
        made.settings = made.settings.model_copy(update={"storage": storage})
        backups = [await made.take() for _ in range(3)]
        held: list[str] = []

        async def hold_the_others(said: str) -> None:
            if said.startswith("Delete ") and not held:
                held.extend(each.id for each in backups if each.id not in said)
                for each in (each for each in backups if each.id in held):
                    await hold(made.house.clients, each, person=ANA, reason="a court asks for it")

        record = begun(made, "OP-PRUNE1", "")
        told = await prune(context(made, record, hold_the_others))
        assert len(told.gone) == 1
        assert {each.id for each in await made.kept()} == set(held)


async def test_what_a_killed_restore_left_is_told(world: World, tmp_path: Path) -> None:
    async with database(world, "shop", _SHOP) as dsn, shop(world, tmp_path, dsn) as made:
        runtime, server = made.house.dispatcher.runtime, made.house.clients.database
        record = begun(made, "OP-KILLED", "", command="restore")
        await create(server, COPY, "20261128", Standing.RESTORING)
        made.house.store.operations.end(record.id, State.INTERRUPTED, now(), record.owner, {})
        record = replace(record, state=State.INTERRUPTED)
        await tell(runtime, record)
        await tell(runtime, record)  # once, however often it is found
        posted = made.house.store.outbox.find("OP-KILLED:databases")
        assert posted is not None
        assert posted.text == ":information_source: The live database shop is as it was"
        told = str(posted.blocks)
        assert f"`{COPY}` is half made" in told
        for line in ("operation OP-KILLED resume", f"restore drop {COPY}", "restore list"):
            assert line in told
        await drop(server, COPY)


def test_who_is_told_how_the_databases_stand() -> None:
    def asked(state: State, line: str, **arguments: object) -> bool:
        request = replace(REQUEST, command=line, arguments=arguments)
        return untold(OperationRecord("OP-ASKED1", state, request, now(), now()))

    assert asked(State.INTERRUPTED, "restore")
    assert asked(State.INTERRUPTED, "restore switch")
    assert asked(State.FAILED, "restore", over="pitchey")  # maintenance mode may be on
    assert asked(State.CANCELLED, "restore", over="pitchey")
    assert not asked(State.SUCCEEDED, "restore", over="pitchey")
    assert not asked(State.FAILED, "restore", over="")
    assert not asked(State.FAILED, "restore switch")


@pytest.mark.parametrize(
    ("stopped", "said"),
    [(True, "*Maintenance mode is on:*"), (False, ""), (None, "could not be asked")],
)
def test_maintenance_mode_that_is_left_on_is_told_with_its_button(
    stopped: bool | None, said: str
) -> None:
    text, blocks = left_message(Left("OP-ASKED1", True, "shop", None, (), stopped))
    assert "shop is as it was" in text
    assert said in str(blocks)
    assert ("maintenance off" in str(blocks)) is (stopped is True)
    text, _ = left_message(Left("OP-ASKED1", True, "", None, (), stopped, "It does not answer."))
    assert text == ":warning: How the databases stand could not be read: It does not answer."


async def test_a_killed_drills_database_goes_once_nothing_can_be_using_it(
    world: World, tmp_path: Path
) -> None:
    async with database(world, "shop", _SHOP) as dsn, shop(world, tmp_path, dsn) as made:
        server, runtime = made.house.clients.database, made.house.dispatcher.runtime
        mine, other = MINE, OTHER
        store = made.house.store
        await create(server, mine, "20261128", Standing.SCRATCH)
        await create(server, other, "20261128", Standing.RESTORING)
        assert await scratch.clear(runtime) == ()  # it may be another bot's
        assert scratch.abandoned(store, now() - timedelta(days=2), now())
        await drop(server, mine)
        drill = begun(made, "OP-DRILL1", "", command=scratch.DRILL)
        await create(server, mine, "20261128", Standing.SCRATCH)
        assert await scratch.clear(runtime) == ()  # it runs
        store.operations.end(drill.id, State.INTERRUPTED, now(), drill.owner, {})
        assert await scratch.clear(runtime) == (mine,)
        assert [each.name for each in await listed(server)] == [other]
        await drop(server, other)


def now() -> datetime:
    return datetime.now(UTC)


def begun(made: Shop, name: str, resumes: str, command: str = REQUEST.command) -> OperationRecord:
    operations = made.house.store.operations
    owner = made.house.store.presence.sign_in("bot")
    before = now() - timedelta(seconds=2)
    request = replace(REQUEST, command=command)
    assert operations.add(name, request, before, before + timedelta(minutes=15), resumes)
    assert operations.begin(name, Decision(ANA.id, ANA.name), owner, now()).ours
    found = operations.get(name)
    assert found is not None
    return found


class Quiet:
    async def say(self, _text: str) -> None:
        return


def context(made: Shop, record: OperationRecord, say: Say | None = None) -> Context:
    dispatcher = made.house.dispatcher
    return Context(
        settings=made.settings,
        clients=made.house.clients,
        store=made.house.store,
        catalogue=dispatcher.catalogue,
        invocation=Invocation("R-1", Person(ANA.id, ANA.name), Surface.SLASH, "restore"),
        progress=Quiet(),
        role=Role.ADMIN,
        access=dispatcher.access,
        guard=dispatcher.guard,
        runtime=dispatcher.runtime,
        operation=Running(made.house.store, record, now, say or made.say, cancellable=False),
    )
