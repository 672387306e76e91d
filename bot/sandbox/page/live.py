"""Live updates by server-sent events: what changed, in ids; the page then asks for it."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from bot.sandbox.page.requests import viewer_of
from bot.sandbox.workspace import Change, Subscription, Workspace

_HEARTBEAT = 15.0  # seconds; keeps proxies from cutting a quiet stream
_RECONNECT = 1_000  # milliseconds the browser waits before it connects again


class Live:
    """GET /page/live. After a cut the browser reconnects by itself and reads everything anew."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: set[Subscription] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/page/live", self.stream)]

    async def stream(self, request: web.Request) -> web.StreamResponse:
        viewer_id = viewer_of(request, self._workspace)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        with self._workspace.changes() as changes:
            self._open.add(changes)
            try:
                await response.prepare(request)
                await response.write(f"retry: {_RECONNECT}\n\n".encode())
                await self._send(response, changes, viewer_id)
            except ConnectionError:
                pass  # the reader left
            finally:
                self._open.discard(changes)
        return response

    async def close(self, _: web.Application) -> None:
        """End every stream, so that the server can stop."""
        for changes in tuple(self._open):
            changes.close()

    async def _send(
        self, response: web.StreamResponse, changes: Subscription, viewer_id: str
    ) -> None:
        waiting = asyncio.ensure_future(anext(changes))
        try:
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=_HEARTBEAT)
                if not done:
                    await response.write(b": still here\n\n")
                    continue
                try:
                    change = waiting.result()
                except StopAsyncIteration:
                    return
                waiting = asyncio.ensure_future(anext(changes))
                if self._concerns(change, viewer_id):
                    await response.write(f"data: {json.dumps(change)}\n\n".encode())
        finally:
            waiting.cancel()

    def _concerns(self, change: Change, viewer_id: str) -> bool:
        if change.get("person_id") not in (None, "", viewer_id):
            return False
        channel_id = change.get("channel_id")
        seen = {channel.id for channel in self._workspace.channels_for(viewer_id)}
        return not channel_id or change["kind"] == "channel" or channel_id in seen
