"""Rights that processes share over PostgreSQL: one holder, lost with it, never two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.errors import OpsError
from bot.store import Store
from bot.store.postgresql import Postgresql, leases
from tests.postgresql_store import Server


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    made = postgresql.database()
    yield made
    postgresql.drop(made)


@pytest.fixture
def two(url: str, tmp_path: Path) -> Iterator[tuple[Postgresql, Postgresql]]:
    one, other = (Postgresql(url, tmp_path / "s", 1.0) for _ in range(2))
    yield one, other
    one.close()
    other.close()


def expire(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "UPDATE store_leases SET expires_at = now() - interval '1 second' WHERE name = %s",
            (name,),
        )


def test_one_at_a_time_and_free_at_once_when_given_back(two: tuple[Postgresql, Postgresql]) -> None:
    one, other = (each.turn("outbox") for each in two)
    with one.held():
        assert not one.lost()
        with pytest.raises(TimeoutError), other.held():
            raise AssertionError("both have it")
    with other.held():
        assert one.lost()


def test_what_a_dead_process_had_is_taken_over_and_it_learns_of_it(
    two: tuple[Postgresql, Postgresql], url: str
) -> None:
    one, other = two
    with one.turn("outbox").held():
        expire(url, "turn:outbox")
        with other.turn("outbox").held():
            one.leases.renew_once()
            assert one.turn("outbox").lost()
            assert not other.turn("outbox").lost()
        # Giving back what is another's takes nothing from it.
    assert not other.leases.living("turn:outbox")


def test_a_holder_that_is_cut_off_gives_up_before_the_server_does(
    two: tuple[Postgresql, Postgresql], url: str
) -> None:
    assert leases.GIVE_UP_AFTER < leases.SECONDS
    one, _ = two
    with one.turn("outbox").held():
        one.leases._held["turn:outbox"] -= leases.GIVE_UP_AFTER + 0.1  # as after so long a silence
        assert one.turn("outbox").lost()
        one.leases.renew_once()
        assert not one.turn("outbox").lost()


def test_presence_of_processes_on_any_machine(url: str, tmp_path: Path) -> None:
    one, other = (Store.open(tmp_path / name / "s", url) for name in ("one", "other"))
    name = one.presence.sign_in("bot")
    assert other.presence.alive(name)
    assert other.presence.anyone("bot")
    assert not other.presence.anyone("terminal")
    expire(url, f"process:{name}")
    assert not other.presence.alive(name)
    # Cut off for so long, it begins anew under another name: the old one was given up.
    one._connection.leases.renew_once()  # type: ignore[attr-defined]  # of PostgreSQL alone
    one.presence.close()
    assert one.presence.sign_in("bot") != name
    one.close()
    assert not other.presence.anyone("bot")
    other.close()


def test_writers_wait_for_each_other_and_give_up_in_words(
    two: tuple[Postgresql, Postgresql],
) -> None:
    one, other = two
    said: list[str] = []

    def write() -> None:
        try:
            with other.write():
                raise AssertionError("both write")
        except OpsError as error:
            said.append(error.message)

    with one.write():
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join()
    assert "is busy" in said[0]


def test_a_cut_connection_undoes_the_write_and_the_next_one_works(
    two: tuple[Postgresql, Postgresql], url: str
) -> None:
    one, other = two

    def cut_off() -> None:
        with one.write() as sql:
            sql.execute("INSERT INTO cursors VALUES (?, ?)", ("here", 1))
            with psycopg.connect(url, autocommit=True) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'pitchey store' AND state = 'idle in transaction'"
                )
            sql.execute("INSERT INTO cursors VALUES (?, ?)", ("there", 1))

    with pytest.raises(OpsError, match="does not answer"):
        cut_off()
    with other.read() as sql:
        assert sql.execute("SELECT count(*) FROM cursors").fetchone()[0] == 0
    with one.write() as sql:
        sql.execute("INSERT INTO cursors VALUES (?, ?)", ("here", 1))
