"""Live logs: tail sessions made by the API, streamed over a WebSocket as wrangler reads them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route, no_such_worker
from bot.sandbox.cloudflare.script import stamp
from bot.sandbox.cloudflare.tail_sessions import (
    LIFETIME,
    MOST_VIEWERS,
    Message,
    Session,
    filters_of,
    message_of,
)
from bot.sandbox.faults import Faults
from bot.sandbox.request_log import Request, RequestLog

PROTOCOL = "trace-v1"
_LOOK = 0.1  # seconds between two looks at the switches


class Tails:
    """`lifetime` is how many seconds a new session lives; `sessions` are the open ones by id."""

    def __init__(
        self, account: Account, log: RequestLog, faults: Faults, url: Callable[[], str]
    ) -> None:
        self.lifetime = LIFETIME
        self.sessions: dict[str, Session] = {}
        self.made = 0  # sessions ever made
        self._account = account
        self._faults = faults
        self._url = url
        log.listen(self._answered)

    def reset(self) -> None:
        for session in self.sessions.values():
            session.end()
        self.sessions.clear()
        self.lifetime = LIFETIME

    async def create(self, request: web.Request) -> web.Response:
        script = self._script(request)
        try:
            body = await request.json() if request.can_read_body else {}
        except ValueError:
            raise ApiError(400, 10026, "Could not parse request body as JSON") from None
        filters = filters_of(body)
        now = time.time()
        living = [each for each in self._of(script) if each.expires_at > now]
        if len(living) >= MOST_VIEWERS:
            # That there is a limit is documented; its code is not.
            raise ApiError(400, 10057, f"This Worker already has {MOST_VIEWERS} tails.")
        session = Session(script, filters, now + self.lifetime)
        self.sessions[session.id] = session
        self.made += 1
        return good(self._told(session))

    async def told(self, request: web.Request) -> web.Response:
        script = self._script(request)
        return good([self._told(each) for each in self._of(script)])

    async def delete(self, request: web.Request) -> web.Response:
        script = self._script(request)
        session = self.sessions.get(request.match_info["tail"])
        if session is None or session.script != script:
            raise ApiError(404, 10007, "This tail does not exist.")
        del self.sessions[session.id]
        session.end()
        return good(None)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of a session; its address is all that is asked for."""
        session = self.sessions.get(request.match_info["tail"])
        if session is None:
            return web.Response(status=404, text="No such tail.")
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in [word.strip() for word in offered.split(",")]:
            return web.Response(status=400, text=f"The protocol {PROTOCOL} is required.")
        socket = web.WebSocketResponse(protocols=(PROTOCOL,))
        await socket.prepare(request)
        first = await socket.receive()
        if first.type is not WSMsgType.TEXT or not _greets(str(first.data)):
            await socket.close(code=1002, message=b"a settings frame was expected")
            return socket
        viewer: asyncio.Queue[Message | None] = asyncio.Queue()
        session.viewers.add(viewer)
        sending = asyncio.create_task(self._send(request, socket, viewer))
        try:
            async for _ in socket:
                pass  # nothing more is asked of us
        finally:
            session.viewers.discard(viewer)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return socket

    async def _send(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        viewer: asyncio.Queue[Message | None],
    ) -> None:
        begun, number = time.monotonic(), 0
        while True:
            cut = self._faults.on("tail_cut")
            if cut and time.monotonic() - begun >= self._faults.amount("tail_cut"):
                if request.transport is not None:
                    request.transport.abort()
                return
            try:
                message = await asyncio.wait_for(viewer.get(), _LOOK)
            except TimeoutError:
                continue
            if message is None:
                await socket.close()
                return
            number += 1
            text = json.dumps(message)
            with contextlib.suppress(ConnectionError):
                if number % 2:
                    await socket.send_bytes(text.encode())
                else:
                    await socket.send_str(text)

    def _answered(self, request: Request) -> None:
        if not self.sessions:
            return
        script = next(iter(self._account.scripts))
        message = message_of(request, script, f"https://{script}.pitchey.workers.dev")
        for session in self.sessions.values():
            session.offer(request, message)

    def _of(self, script: str) -> list[Session]:
        return [each for each in self.sessions.values() if each.script == script]

    def _told(self, session: Session) -> dict[str, Any]:
        expires = stamp(datetime.fromtimestamp(session.expires_at, UTC))
        url = self._url().replace("http", "ws", 1)
        return {"id": session.id, "url": f"{url}/tail/{session.id}", "expires_at": expires}

    def _script(self, request: web.Request) -> str:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
        script = request.match_info["script"]
        if script not in self._account.scripts:
            raise no_such_worker()
        return script


def _greets(frame: str) -> bool:
    try:
        return isinstance(json.loads(frame), dict)
    except ValueError:
        return False
