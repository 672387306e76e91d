"""The check against a real PostgreSQL: what its user may see, and what is not installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from bot.check import CheckReport, State, check
from bot.sandbox.database.cluster import Cluster
from bot.sandbox.processes import Processes
from bot.settings import load
from tests.check.world import item


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    processes = Processes()
    cluster = Cluster(tmp_path / "database", processes, "planted")
    await cluster.start()
    yield cluster
    await cluster.stop()
    await processes.close()


async def report(folder: Path, dsn: str) -> CheckReport:
    nothing = "http://127.0.0.1:1"
    path = folder / "pitchey.toml"
    path.write_text(
        f'[environments.production]\napi_url = "{nothing}"\nsite_url = "{nothing}"\n'
        f'[slack]\napi_url = "{nothing}"\n'
    )
    return await check(load(path, {"DATABASE_URL": dsn}))


async def test_what_the_user_may_see(tmp_path: Path, cluster: Cluster) -> None:
    owner = cluster.owner_url("postgres")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("create role plain login password 'planted'")
    good = await report(tmp_path, owner)
    plain = await report(tmp_path, owner.replace(f"//{_user(owner)}:", "//plain:"))
    wrong = await report(tmp_path, owner.replace(":planted@", ":other@"))
    nowhere = await report(tmp_path, cluster.owner_url("absent"))

    assert item(good, "Database").line.startswith("Answers: PostgreSQL 1")
    assert item(good, "Database permissions").state is State.GOOD
    assert "GRANT pg_monitor" in item(plain, "Database permissions").remedy
    assert item(plain, "Query statistics").state is State.WARNING
    assert "refuses the bot's user name or password" in item(wrong, "Database").line
    assert "does not exist" in item(nowhere, "Database").line
    for found in (wrong, nowhere):
        assert found.exit_code == 1


def _user(dsn: str) -> str:
    return dsn.split("//")[1].split(":", maxsplit=1)[0]
