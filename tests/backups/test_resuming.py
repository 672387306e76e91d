"""Between two acts: a process lost after the switch, a hold put on while backups go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backups.beside_databases import Standing, drop, listed
from bot.backups.holding import hold
from bot.backups.restoring import restore_into
from bot.backups.switching import switch
from bot.backups.taking import Say
from bot.command import Context, Invocation, Person, Role, Surface
from bot.errors import BadInput
from bot.journal import Running
from bot.sandbox.world import World
from bot.store.operation_rows import Decision, OperationRecord, State
from handlers.backups.keeping import prune
from handlers.backups.restoring import COMPARE, SAFETY, STOP, SWITCH, free_name, replace_live
from tests.backups.stage import ANA, Shop, database, shop
from tests.guard.test_decisions import REQUEST

COPY = "shop_copy"
_SHOP = "create table orders as select n as id from generate_series(1, 500) n"


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
        assert f"restore switch {COPY}" in whole.value.hint
        done = await switch(clients.database, COPY, "shop", "Ana Lima")
        made.house.store.operations.end(first.id, State.INTERRUPTED, now(), first.owner, {})

        told = await replace_live(context(made, begun(made, "OP-AGAIN1", first.id)), backup, COPY)

        assert told.switched is not None
        assert told.switched.before == done.before
        assert "nothing was done again" in told.maintenance
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


def now() -> datetime:
    return datetime.now(UTC)


def begun(made: Shop, name: str, resumes: str) -> OperationRecord:
    operations = made.house.store.operations
    owner = made.house.store.presence.sign_in("bot")
    before = now() - timedelta(seconds=2)
    assert operations.add(name, REQUEST, before, before + timedelta(minutes=15), resumes)
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
