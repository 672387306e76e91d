"""A store that others hold, or that does not answer, holds a call up once and then hardly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from bot.errors import OpsError
from bot.store import Store
from bot.store.waiting import BRIEF, Waiting
from tests.engines import POSTGRESQL, held_by_another
from tests.incidents.acts import NOW
from tests.postgresql_store import Server
from tests.store.test_audit import entry

PATIENCE = 1.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "s", patience=PATIENCE)
    yield opened
    opened.close()


def held_up(store: Store, says: str) -> float:
    """Seconds until the call gave up."""
    began = time.monotonic()
    with pytest.raises(OpsError, match=says):
        store.audit.append(entry("r"))
    return time.monotonic() - began


def once_then_hardly(store: Store, says: str) -> None:
    assert held_up(store, says) > PATIENCE * 0.9
    again = [held_up(store, says) for _ in range(3)]
    assert min(again) < PATIENCE / 2, again


def test_full_patience_comes_back_with_the_first_success_and_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    waiting = Waiting(2.0)
    assert waiting.seconds == 2.0
    waiting.in_vain()
    assert waiting.seconds == BRIEF
    waiting.answered()
    assert waiting.seconds == 2.0
    waiting.in_vain()
    now += 9
    waiting.in_vain()  # a brief one says nothing new
    now += 2
    assert waiting.seconds == 2.0


@pytest.mark.both_engines
def test_a_store_that_others_hold(store: Store, engine: str, tmp_path: Path) -> None:
    with held_by_another(tmp_path / "s"):
        once_then_hardly(store, "locked by another process|busy")
        if engine == POSTGRESQL:  # which no writer can hold up
            assert store.deliveries.claim("Ev1", "", "", NOW)
            assert held_up(store, "busy") < PATIENCE / 2
    assert store.audit.append(entry("after")) == 1
    with held_by_another(tmp_path / "s"):
        assert held_up(store, "locked by another process|busy") > PATIENCE * 0.9


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    folder = Path(server.url.partition("host=")[2])
    parent = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    stopped = [parent, *parent.children()]
    for process in stopped:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process.pid, signal.SIGCONT)


@contextmanager
def refusing(server: Server, url: str) -> Iterator[None]:
    """As a server that is down: every connection is cut, and no new one taken."""
    name = url.split("/")[3].partition("?")[0]
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        yield
        owner.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


@pytest.mark.parametrize("how", ["frozen", "down"])
def test_a_server_that_does_not_answer(tmp_path: Path, postgresql: Server, how: str) -> None:
    url = postgresql.shaped(tmp_path)
    store = Store.open(tmp_path / "s", url, patience=PATIENCE)
    store.audit.append(entry("before"))
    with frozen(postgresql) if how == "frozen" else refusing(postgresql, url):
        once_then_hardly(store, "does not answer")
    soon(lambda: store.audit.append(entry("after")))
    assert store.audit.verify().intact
    store.close()
    postgresql.drop(url)


def soon(work: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            work()
        except OpsError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
