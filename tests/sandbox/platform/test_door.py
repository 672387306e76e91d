"""The network edge of a part: what is cut is closed, whenever it is cut."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter

import pytest

from bot.sandbox.door import HOST, Door


class CutAtOnce(Door):
    """Cuts each connection before a byte of it is looked at."""

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        super()._accept(reader, writer)
        for serving in self._serving:
            serving.cancel()


@pytest.mark.parametrize("kind", [Door, CutAtOnce])
async def test_a_cut_connection_is_closed(kind: type[Door]) -> None:
    async def stays(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(stays, HOST, 0) as part:
        door = kind(part.sockets[0].getsockname()[:2])
        await door.open()
        reader, writer = await asyncio.open_connection(HOST, door.port)
        if kind is Door:
            writer.write(b"a question")
            await asyncio.sleep(0.05)
            await door.cut()
        async with asyncio.timeout(60):
            assert await reader.read() == b""
        writer.close()
        await door.close()
