"""Real servers on loopback that tell the truth or lie, and settings that point at them."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.clients.http import Answer
from bot.settings import Settings, load

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RECORDED = Path(__file__).parent / "recorded"
SITE = "<!doctype html><html><head><title>Pitchey</title></head><body>hello</body></html>"


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The base URL of a server that answers everything with `handler`."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def routes(table: Mapping[str, Handler | web.Response | Any], nothing: int = 404) -> Handler:
    """Answers by path: a handler, or a JSON value; other paths get `nothing` as Pitchey says it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        found = table.get(request.path)
        if callable(found):
            answer: web.StreamResponse = await found(request)
            return answer
        if found is None:
            code = "UNAUTHORIZED" if nothing == 401 else "NOT_FOUND"
            body = {"success": False, "error": {"code": code, "message": "No"}}
            return web.json_response(body, status=nothing)
        status, body = found if isinstance(found, tuple) else (200, found)
        return web.json_response(body, status=status)

    return handle


def always(
    body: str | bytes = b"", status: int = 200, kind: str = "application/json", **headers: str
) -> Handler:
    """The same answer to everything."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, status=status, content_type=kind, headers=named)

    return handle


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then, for ever."""
    response = web.StreamResponse(headers={"content-type": "application/json"})
    await response.prepare(request)
    for _ in range(600):
        try:
            await response.write(b" ")
        except ConnectionError:
            break
        await asyncio.sleep(0.1)
    return response


async def site(_request: web.Request) -> web.StreamResponse:
    return web.Response(text=SITE, content_type="text/html")


def settings_for(
    folder: Path, api: str, site_url: str, extra: str = "", **secrets: str
) -> Settings:
    """Settings of a platform at these addresses; `extra` is more toml."""
    path = folder / "pitchey.toml"
    path.write_text(
        f'[environments.production]\napi_url = "{api}"\nsite_url = "{site_url}"\n'
        f'worker_script = "pitchey-production"\n{extra}\n',
        encoding="utf-8",
    )
    return load(path, {name.upper(): value for name, value in secrets.items()})


def recorded(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((RECORDED / f"{name}.json").read_text())
    return rows


def release(name: str) -> Handler:
    """Answers as the recorded release did; unknown paths as its nonsense path."""
    rows = {(row["method"], row["path"]): row for row in recorded(name)}
    nothing = rows.get(("GET", "/api/nosuch-route"), {"status": 404, "body": {"error": "no"}})

    async def handle(request: web.Request) -> web.StreamResponse:
        row = rows.get((request.method, request.path), nothing)
        return web.json_response(row["body"], status=row.get("status") or 200)

    return handle


def answer(
    body: Any, status: int = 200, kind: str = "application/json", seconds: float = 0.05
) -> Answer:
    """An answer as the HTTP client would give it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": kind} if kind else {}
    return Answer("GET", "https://api.example/x", status, headers, content, seconds)
