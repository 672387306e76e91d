"""One small server on loopback that answers like Slack, Cloudflare, the platform and its site."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import manifest
from bot.check import CheckReport, Item, check
from bot.settings import load

GRANTED = ",".join(manifest.scopes(manifest.load()))
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-planted-bot",
    "SLACK_APP_TOKEN": "xapp-planted-app",
    "CLOUDFLARE_API_TOKEN": "planted-cloudflare",
}
MEMBER_OF = [{"id": "C0OPS00001", "name": "ops"}, {"id": "C0ALERTS01", "name": "alerts"}]
IDENTITY = {"ok": True, "user": "pitchey_ops", "team": "Pitchey"}
CONNECTION = {"ok": True, "url": "wss://example.com/link"}


@dataclass
class World:
    """`answers` by path, or by method and path; a path in `stuck` never answers. `asked` holds
    what arrived."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    scopes: str | None = GRANTED
    clock_ahead: float = 0.0  # seconds that Slack's clock is ahead of ours
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = {
            "/api/auth.test": (200, IDENTITY),
            "/api/apps.connections.open": (200, CONNECTION),
            "/api/users.conversations": (200, {"ok": True, "channels": MEMBER_OF}),
            "/platform/api/health/ping": (200, {"status": "ok"}),
            "/site/": (200, "<html><p>Pitchey</p></html>"),
            "/cf/user/tokens/verify": (200, {"success": True, "result": {"status": "active"}}),
            "/cf/accounts/a1/workers/scripts/pitchey-production/deployments": (
                200,
                {"success": True, "result": {"deployments": []}},
            ),
            "POST /cf/accounts/a1/workers/scripts/pitchey-production/deployments": (
                400,
                {"success": False, "errors": [{"code": 10021, "message": "needs versions"}]},
            ),
            "/cf/accounts/a1/pages/projects/pitchey": (200, {"success": True, "result": {}}),
            "/cf/accounts/a1/workers/scripts/pitchey-production/tails": (
                200,
                {"success": True, "result": []},
            ),
            "/cf/graphql": (200, {"data": {"viewer": {"accounts": [{}]}}, "errors": None}),
            "/cf/accounts/a1/alerting/v3/policies": (200, {"success": True, "result": []}),
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append((request.path, request.headers.get("authorization", ""), form))
        if request.path in self.stuck:
            await asyncio.sleep(3600)
        unknown = (404, {"success": False, "errors": []})
        method = f"{request.method} {request.path}"
        status, body = self.answers.get(method) or self.answers.get(request.path, unknown)
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        response = web.json_response(body, status=status)
        if request.path.startswith("/api/"):
            response.headers["date"] = formatdate(time.time() + self.clock_ahead, usegmt=True)
            if self.scopes is not None:
                response.headers["x-oauth-scopes"] = self.scopes
        return response

    def slack_refuses(self, method: str, error: str, **more: str) -> None:
        self.answers[f"/api/{method}"] = (200, {"ok": False, "error": error, **more})


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    world = World()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", world.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    world.url = f"http://{host}:{port}"
    try:
        yield world
    finally:
        await runner.cleanup()


def config(
    folder: Path, world: World, extra: str = "", slack: str = "", cloudflare: str = ""
) -> Path:
    path = folder / "pitchey.toml"
    path.write_text(
        f"""
[environments.production]
api_url = "{world.url}/platform"
site_url = "{world.url}/site"
worker_script = "pitchey-production"
pages_project = "pitchey"
[slack]
api_url = "{world.url}/api/"
{slack}
[cloudflare]
api_url = "{world.url}/cf"
account_id = "a1"
{cloudflare}
[network]
timeout_seconds = 0.4
[checks]
api = 0.4
site = 0.4
database = 2
{extra}
"""
    )
    return path


async def checked(
    folder: Path, world: World, environ: Mapping[str, str] | None = None, **tables: str
) -> CheckReport:
    environ = TOKENS if environ is None else environ
    return await check(load(config(folder, world, **tables), environ))


def item(report: CheckReport, title: str) -> Item:
    (found,) = [entry for entry in report.items if entry.title == title]
    return found
