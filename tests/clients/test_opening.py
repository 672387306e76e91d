"""What is cut off while it opens a connection leaves none open."""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from bot.clients.http import Http

MOMENTS = 80  # turns of the loop; a connection and its handshake take fewer


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[tuple[Http, str]]:
    """A client, and a server that it trusts, which says nothing once the handshake is done."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")

    async def silent(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0, ssl=context)
    http = Http(tmp_path / "authority.pem")
    yield http, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    await http.aclose()
    server.close()


async def test_a_handshake_that_is_cancelled_leaves_no_connection_open(
    secured: tuple[Http, str],
) -> None:
    http, url = secured
    http.connect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for turns in range(MOMENTS):
            asking = asyncio.create_task(http.send("GET", url))
            for _ in range(turns):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            del asking
        gc.collect()
    assert [str(each.message) for each in told] == []
