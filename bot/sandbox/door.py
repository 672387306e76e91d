"""The network edge of one part of the world: a TCP front that can be shut, cut or slowed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass

HOST = "127.0.0.1"
_CHUNK = 65_536


@dataclass
class Talk:
    """What one connection has seen: whether a question waits for the start of its answer."""

    asked: bool = False
    signed_in: bool = False  # set by parts whose protocol has a sign-in


class Door:
    """Forwards one fixed port to a part. While shut, the port refuses connections.

    The port stays reserved while shut: it is bound, but nothing listens on it.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self._server: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def is_open(self) -> bool:
        return self._server is not None

    async def open(self, port: int = 0) -> None:
        """Listen; OSError where the port is taken. Does nothing while open."""
        if self._server is not None:
            return
        listening = self._reserved or _bound(port or self.port)
        self._reserved = None
        self.port = int(listening.getsockname()[1])
        self._server = await asyncio.start_server(self._accept, sock=listening)

    async def shut(self) -> None:
        """Refuse new connections and cut the present ones."""
        await self._stop_listening()
        if self._reserved is None:
            self._reserved = _bound(self.port)
        await self.cut()

    async def cut(self) -> None:
        """Drop every present connection; new ones are welcome."""
        serving = tuple(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def close(self) -> None:
        await self._stop_listening()
        await self.cut()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    async def greet(self, reader: StreamReader, writer: StreamWriter) -> bool:
        """Called first for each connection; False ends it. Parts with a protocol override it."""
        del reader, writer
        return True

    async def before_answer(self, chunk: bytes, talk: Talk) -> None:
        """Called with the first piece of each answer; a slow part waits here."""

    async def _stop_listening(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        # A task that is cut before its first step closes nothing itself.
        task.add_done_callback(lambda _: writer.close())

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            if await self.greet(reader, writer):
                answers, inner = await asyncio.open_connection(*self.target)
                talk = Talk()
                questions = asyncio.create_task(self._questions(reader, inner, talk))
                try:
                    await self._answers(answers, writer, talk)
                finally:
                    questions.cancel()
                    inner.close()

    async def _questions(self, client: StreamReader, part: StreamWriter, talk: Talk) -> None:
        try:
            while chunk := await client.read(_CHUNK):
                talk.asked = True
                part.write(chunk)
                await part.drain()
            if part.can_write_eof():
                part.write_eof()
        except OSError:
            part.transport.abort()  # the client vanished; so the answers end too

    async def _answers(self, part: StreamReader, client: StreamWriter, talk: Talk) -> None:
        while chunk := await part.read(_CHUNK):
            if talk.asked:
                talk.asked = False
                await self.before_answer(chunk, talk)
            client.write(chunk)
            await client.drain()


def _bound(port: int) -> socket.socket:
    """A bound, not yet listening socket: connections to it are refused."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
