"""The database client against a server that speaks PostgreSQL's refusals, and none at all."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.clients.postgres import Database, PoolUse
from bot.clients.postgres_trouble import DatabaseFailure, DatabaseTrouble, meaning
from bot.errors import NotConfigured

QUOTA = "Your account or project has exceeded the compute time quota. Upgrade your plan."


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (QUOTA, DatabaseTrouble.QUOTA),
        ("Server error (HTTP status 402): payment required", DatabaseTrouble.QUOTA),
        ("[Errno -2] Name or service not known", DatabaseTrouble.NAME),
        ("failed to resolve host 'x.neon.tech'", DatabaseTrouble.NAME),
        ('password authentication failed for user "bot"', DatabaseTrouble.PASSWORD),
        ('FATAL: database "pitchey" does not exist', DatabaseTrouble.NO_DATABASE),
        ('FATAL: role "bot" does not exist', DatabaseTrouble.PASSWORD),
        ("FATAL: sorry, too many clients already", DatabaseTrouble.FULL),
        ("FATAL: remaining connection slots are reserved for", DatabaseTrouble.FULL),
        ('FATAL: too many connections for role "bot"', DatabaseTrouble.ROLE_FULL),
        ("FATAL: the database system is starting up", DatabaseTrouble.WAKING),
        ("connection failed: Connection refused", DatabaseTrouble.REFUSED),
        ("canceling statement due to statement timeout", DatabaseTrouble.TIMED_OUT),
        ("permission denied for table users", DatabaseTrouble.PERMISSION),
        ("server closed the connection unexpectedly", DatabaseTrouble.CUT),
        ("SSL error: certificate verify failed", DatabaseTrouble.TLS),
        ("ERROR: endpoint is disabled", DatabaseTrouble.DISABLED),
        ("something new", DatabaseTrouble.OTHER),
    ],
)
def test_each_refusal_is_told_apart(said: str, trouble: DatabaseTrouble) -> None:
    assert meaning(said) is trouble


def fatal(code: str, message: str) -> bytes:
    """PostgreSQL's ErrorResponse (protocol 3.0)."""
    fields = f"SFATAL\0VFATAL\0C{code}\0M{message}\0\0".encode()
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


@asynccontextmanager
async def refusing(answer: Callable[[int], bytes | None]) -> AsyncIterator[str]:
    """A connection string for a server that refuses the n-th sign-in with `answer(n)`."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            while True:
                (size,) = struct.unpack("!I", await reader.readexactly(4))
                (code,) = struct.unpack("!I", (await reader.readexactly(size - 4))[:4])
                if code in {80877103, 80877104}:  # asks for TLS or GSS
                    writer.write(b"N")
                    continue
                said = answer(count)
                count += 1
                if said is None:
                    await asyncio.sleep(30)
                else:
                    writer.write(said)
                    await writer.drain()
                break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://bot:hunter2@127.0.0.1:{port}/pitchey"
    finally:
        server.close()


async def trouble_of(dsn: str, deadline: float = 3) -> DatabaseFailure:
    with pytest.raises(DatabaseFailure) as caught:
        await Database(dsn).probe(deadline=deadline)
    return caught.value


@pytest.mark.parametrize(
    ("code", "message", "trouble"),
    [
        ("28P01", 'password authentication failed for user "bot"', DatabaseTrouble.PASSWORD),
        ("3D000", 'database "pitchey" does not exist', DatabaseTrouble.NO_DATABASE),
        ("53300", "sorry, too many clients already", DatabaseTrouble.FULL),
        ("XX000", QUOTA, DatabaseTrouble.QUOTA),
    ],
)
async def test_refusals_over_the_wire(code: str, message: str, trouble: DatabaseTrouble) -> None:
    async with refusing(lambda _: fatal(code, message)) as dsn:
        failure = await trouble_of(dsn)
    assert failure.trouble is trouble
    assert failure.permanent is (trouble is not DatabaseTrouble.FULL)
    assert "hunter2" not in f"{failure} {failure.said}"


async def test_a_waking_compute_is_waited_for_and_told_when_it_takes_too_long() -> None:
    tries: list[int] = []

    def starting(count: int) -> bytes:
        tries.append(count)
        return fatal("57P03", "the database system is starting up")

    async with refusing(starting) as dsn:
        failure = await trouble_of(dsn, deadline=1)
    assert failure.trouble is DatabaseTrouble.WAKING
    assert len(tries) >= 2


async def test_a_server_that_says_nothing_is_left_at_the_deadline() -> None:
    async with refusing(lambda _: None) as dsn:
        started = time.monotonic()
        failure = await trouble_of(dsn, deadline=0.5)
    assert failure.trouble is DatabaseTrouble.TIMED_OUT
    assert time.monotonic() - started < 30


async def test_nobody_there_and_no_such_name() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        dsn = f"postgresql://bot@127.0.0.1:{held.getsockname()[1]}/x"
        assert (await trouble_of(dsn)).trouble is DatabaseTrouble.REFUSED
    failure = await trouble_of("postgresql://bot@no-such-host.invalid/x", deadline=8)
    assert failure.trouble is DatabaseTrouble.NAME


async def test_without_a_connection_string_it_says_what_to_set() -> None:
    with pytest.raises(NotConfigured, match="DATABASE_URL"):
        await Database(None).probe(deadline=1)


def test_use_counts_what_people_can_have() -> None:
    pool = PoolUse(45, 100, 10, 0, 0.0, 0, "18")
    assert pool.available == 90
    assert pool.percent == 50.0
    assert "hunter2" not in repr(Database("postgresql://bot:hunter2@h/x"))
