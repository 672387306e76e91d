"""The platform's ways to answer: content types and envelopes, as its releases write them."""

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

# How far the Worker's clock is ahead while it answers a request.
AHEAD: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))


def stamp(moment: datetime | None = None) -> str:
    """A time as JavaScript's toISOString writes it."""
    moment = moment or datetime.now(UTC) + AHEAD.get()
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(body: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    """JSON without a charset in its content type, as Workers send it."""
    encoded = json.dumps(body, separators=(",", ":"), default=str).encode()
    return web.Response(body=encoded, status=status, content_type=content_type)


def meta() -> dict[str, str]:
    return {"timestamp": stamp(), "requestId": str(uuid.uuid4())}


def success(data: Any) -> web.Response:
    return answer({"success": True, "data": data, "meta": meta()})


def failure(code: str, message: str, status: int) -> web.Response:
    """The error envelope of every release since 2025-12-24."""
    error = {"code": code, "message": message}
    return answer({"success": False, "error": error, "meta": meta()}, status)


def not_found() -> web.Response:
    return failure("NOT_FOUND", "Endpoint not found", 404)


def sign_in_first() -> web.Response:
    """401 of the routes that need a session; this one has no `meta`."""
    error = {"code": "UNAUTHORIZED", "message": "Authentication required"}
    return answer({"success": False, "error": error}, 401)


def administrators_only() -> web.Response:
    """401 of /api/admin since 2026-07; its keys stand in another order."""
    error = {"message": "Authentication required", "code": "AUTH_REQUIRED"}
    return answer({"success": False, "error": error}, 401)


def maintenance_page(path: str) -> web.Response:
    """What the maintenance version of the Worker answers, whatever is asked."""
    headers = {"Retry-After": "300", "Cache-Control": "no-store"}
    if path.startswith("/api/"):
        told = failure("MAINTENANCE", "Pitchey is being worked on. Please try again soon.", 503)
        told.headers.update(headers)
        return told
    page = (
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
        "<title>Pitchey: back soon</title><h1>We are working on Pitchey</h1>"
        "<p>Nothing is lost. Please try again in a few minutes.</p></html>"
    )
    return web.Response(text=page, content_type="text/html", status=503, headers=headers)
