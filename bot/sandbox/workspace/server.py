"""The workspace over HTTP and WebSocket: /api/<method>, /socket, /response/<id>, /files/…"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.workspace import methods, rates
from bot.sandbox.workspace.calls import Call
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal
from bot.sandbox.workspace.state import Workspace

BODY_MOST = 64 * 1024 * 1024  # bytes
RETRY_SECONDS = 1


def application(workspace: Workspace, faults: Faults) -> web.Application:
    """The server; whoever runs it sets `workspace.base_url` or lets the first call do so."""
    workspace.faults = faults
    server = _Server(workspace)
    app = web.Application(client_max_size=BODY_MOST)
    app.add_routes(
        [
            web.get("/api/{method}", server.api),
            web.post("/api/{method}", server.api),
            web.get("/socket", server.socket),
            web.post("/response/{id}", server.response),
            web.post("/files/upload/{id}", server.upload),
            web.get("/files/{id}/{name}", server.download),
        ]
    )
    app.cleanup_ctx.append(server.running)
    return app


class _Server:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        """While the server runs, the fault `slack_cut` cuts sockets; closes all at the end."""
        cutting = asyncio.create_task(self._cut())
        yield
        cutting.cancel()
        await asyncio.gather(cutting, return_exceptions=True)
        await self._workspace.close()

    async def api(self, request: web.Request) -> web.Response:
        self._locate(request)
        began = time.perf_counter()
        name = request.match_info["method"]
        scopes = ",".join(self._workspace.scopes)
        headers = {"x-oauth-scopes": scopes, "x-slack-req-id": f"{time.time_ns():x}"}
        method = methods.METHODS.get(name)
        if method is not None and method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        arguments: dict[str, Any] = {}
        status = 200
        try:
            arguments, token = await _arguments(request)
            await self._faults()
            call = Call(self._workspace, name, arguments)
            answer = await methods.answer(call, token)
        except Refusal as refusal:
            answer, status = refusal.answer(), refusal.status
            headers |= refusal.headers
        self._workspace.record.add(
            at=self._workspace.clock.now(),
            kind="call",
            name=name,
            arguments=arguments,
            answer=answer,
            ms=(time.perf_counter() - began) * 1000,
            error=str(answer.get("error", "")) if not answer["ok"] else "",
        )
        return web.json_response(answer, status=status, headers=headers)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        return await self._workspace.delivery.sockets.serve(request)

    async def response(self, request: web.Request) -> web.Response:
        began = time.perf_counter()
        body: Json = {}
        error, status = "", 200
        try:
            await self._faults(limited=False)
            body = await _json_body(request)
            self._workspace.responses.use(request.match_info["id"], body)
        except Refusal as refusal:
            # Unlike the Web API, a response URL never says no with status 200.
            error, status = refusal.error, 400 if refusal.status == 200 else refusal.status
        self._workspace.record.add(
            at=self._workspace.clock.now(),
            kind="response",
            name=_use(body),
            arguments=body,
            answer="ok" if not error else {"ok": False, "error": error},
            ms=(time.perf_counter() - began) * 1000,
            error=error,
            response_url=f"{self._workspace.base_url}/response/{request.match_info['id']}",
        )
        if error:
            return web.json_response({"ok": False, "error": error}, status=status)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or file.complete:
            return web.Response(status=404, text="file not found")
        if request.content_type.startswith("multipart/"):
            form = await request.post()
            part = next((one for one in form.values() if isinstance(one, web.FileField)), None)
            content = part.file.read() if part is not None else b""
        else:
            content = await request.read()
        if len(content) != file.expected_length:
            return web.Response(status=400, text="length does not match")
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.Response:
        """url_private: for the bot's token with files:read only."""
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or not file.complete:
            return web.Response(status=404)
        allowed = "files:read" in self._workspace.scopes
        if _bearer(request) != self._workspace.bot_token or not allowed:
            return web.Response(status=302, headers={"Location": "/"})
        return web.Response(body=file.content, content_type=file.mimetype)

    def _locate(self, request: web.Request) -> None:
        if not self._workspace.base_url:
            self._workspace.base_url = f"{request.scheme}://{request.host}"

    async def _faults(self, *, limited: bool = True) -> None:
        """Be late, broken and, where there is a token, limited or revoked as switches say."""
        faults = self._workspace.faults
        if faults.on("slack_slow"):
            await asyncio.sleep(faults.amount("slack_slow"))
        if (
            limited
            and faults.on("slack_rate_limited")
            and _hit(faults.amount("slack_rate_limited"))
        ):
            raise rates.limited(RETRY_SECONDS)
        if faults.on("slack_errors") and _hit(faults.amount("slack_errors")):
            raise Refusal("internal_error", status=500)
        if limited and faults.on("slack_invalid_auth"):
            raise Refusal("invalid_auth")

    async def _cut(self) -> None:
        waited = 0.0
        while True:
            await asyncio.sleep(0.1)
            faults = self._workspace.faults
            waited = waited + 0.1 if faults.on("slack_cut") else 0.0
            if waited >= faults.amount("slack_cut") > 0:
                waited = 0.0
                self._workspace.delivery.sockets.cut()


async def _arguments(request: web.Request) -> tuple[dict[str, Any], str]:
    """Query, form or JSON arguments without the token, and the token."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        arguments |= await _json_body(request)
        arguments.pop("token", None)  # JSON calls carry it in the header only
    elif request.method == "POST":
        form = await request.post()
        arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    token = str(arguments.pop("token", ""))
    return arguments, _bearer(request) or token


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refusal("invalid_json", status=200) from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _use(body: Json) -> str:
    for name in ("delete_original", "replace_original"):
        if body.get(name) in (True, "true"):
            return name
    return str(body.get("response_type") or "ephemeral")


def _hit(percent: float) -> bool:
    return random.random() * 100 < percent  # noqa: S311 (chance, not secrecy)
