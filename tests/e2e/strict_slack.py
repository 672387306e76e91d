"""A Slack that takes no blocks: it stands before the workspace and refuses what holds any."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

REFUSAL = {"ok": False, "error": "invalid_blocks"}
FORWARDED = ("Authorization", "Content-Type")


@asynccontextmanager
async def strict_slack(url: str) -> AsyncIterator[str]:
    """The address of such a Slack on loopback; all else goes through to the workspace at `url`."""
    async with aiohttp.ClientSession() as session:

        async def forward(request: web.Request) -> web.Response:
            body = await request.text()
            is_response = request.path.startswith("/response/")
            if _has_blocks(body):
                return web.json_response(REFUSAL, status=400 if is_response else 200)
            headers = {name: request.headers[name] for name in FORWARDED if name in request.headers}
            async with session.post(url + request.path_qs, data=body, headers=headers) as answer:
                return web.Response(
                    status=answer.status,
                    text=await answer.text(),
                    content_type=answer.content_type,
                )

        app = web.Application()
        app.router.add_post("/{path:.*}", forward)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


def _has_blocks(body: str) -> bool:
    try:
        return bool(json.loads(body).get("blocks"))
    except ValueError:
        return False
