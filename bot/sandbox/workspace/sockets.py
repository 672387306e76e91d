"""Socket Mode: up to ten connections, each envelope to exactly one of them."""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.acknowledgement import ACKNOWLEDGE, ANSWERED, Undelivered
from bot.sandbox.workspace.model import Json

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

MOST = 10  # connections of one app
TICKET_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
WARNING_SECONDS = 10.0  # between the warning and the refresh
DEBUG = {"host": "applink-sandbox"}


@dataclass(eq=False)
class Connection:
    """One socket of the app. `warned`: it will be closed soon."""

    socket: web.WebSocketResponse
    transport: asyncio.BaseTransport | None
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    warned: bool = False
    received: int = 0


class Sockets:
    """The open connections; `enabled` off is what link_disabled means."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tickets: dict[str, float] = {}
        self._next = 0
        self.connections: list[Connection] = []
        self.enabled = True

    def new_address(self) -> str:
        """A ws:// address that opens one connection."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._workspace.clock.now() + TICKET_SECONDS
        address = self._workspace.base_url.replace("http", "ws", 1)
        return f"{address}/socket?ticket={ticket}&app_id={seed.APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The handler of /socket."""
        due = self._tickets.pop(request.query.get("ticket", ""), 0.0)
        if due < self._workspace.clock.now():
            return web.Response(status=401, text="invalid ticket")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        if not (self.enabled and self._workspace.manifest.socket_mode):
            await self._disconnect(socket, "link_disabled")
            return socket
        if len(self.connections) >= MOST:
            await self._disconnect(socket, "too_many_websockets")
            return socket
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        except ConnectionError:
            pass  # gone while being greeted; the app connects again
        finally:
            self._forget(connection)
        return socket

    async def send(self, kind: str, payload: Json, attempt: int, reason: str) -> Any:
        """One envelope to one socket; what its acknowledgement carries."""
        connection = self._choose()
        if connection is None:
            raise Undelivered("connection_failed")
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind if kind in ("slash_commands", "events_api") else "interactive",
            "accepts_response_payload": kind in ANSWERED,
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        due = self._workspace.clock.now() + ACKNOWLEDGE
        connection.waiting[envelope["envelope_id"]] = answer
        try:
            await connection.socket.send_json(envelope)
            connection.received += 1
            return await self._workspace.clock.before(due, answer)
        except TimeoutError:
            raise Undelivered("timeout") from None
        except ConnectionError:
            raise Undelivered("connection_failed") from None
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)

    async def refresh(self, *, warn: bool = True) -> None:
        """Ask every connection to reconnect: a warning first, then the end."""
        leaving = tuple(self.connections)
        if warn:
            for connection in leaving:
                connection.warned = True
                await self._say(connection.socket, "warning")
            await self._workspace.clock.sleep(WARNING_SECONDS)
        for connection in leaving:
            if not connection.socket.closed:
                await self._disconnect(connection.socket, "refresh_requested")

    async def disable(self) -> None:
        """Switch Socket Mode off in the app's settings."""
        self.enabled = False
        for connection in tuple(self.connections):
            await self._disconnect(connection.socket, "link_disabled")

    def cut(self) -> None:
        """Drop every connection without a word, as a network does."""
        for connection in tuple(self.connections):
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()

    async def close(self) -> None:
        for connection in tuple(self.connections):
            await connection.socket.close()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                answer = json.loads(message.data)
            except ValueError:
                continue  # not JSON: Slack ignores it too
            if not isinstance(answer, dict):
                continue
            waiting = connection.waiting.get(str(answer.get("envelope_id", "")))
            if waiting is not None and not waiting.done():
                waiting.set_result(answer.get("payload"))

    def _choose(self) -> Connection | None:
        """The next connection in turn; one that is about to close only where there is no other."""
        open_ones = [one for one in self.connections if not one.socket.closed]
        staying = [one for one in open_ones if not one.warned] or open_ones
        if not staying:
            return None
        self._next += 1
        return staying[self._next % len(staying)]

    def _forget(self, connection: Connection) -> None:
        """A connection that is gone answers no more; its envelopes run into their timer."""
        if connection in self.connections:
            self.connections.remove(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": seed.APP_ID},
            "debug_info": {
                **DEBUG,
                "started": self._workspace.clock.moment().isoformat(),
                "build_number": 1,
                "approximate_connection_time": 18_060,
            },
        }

    async def _disconnect(self, socket: web.WebSocketResponse, reason: str) -> None:
        await self._say(socket, reason)
        await socket.close()

    async def _say(self, socket: web.WebSocketResponse, reason: str) -> None:
        if not socket.closed:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": DEBUG})
