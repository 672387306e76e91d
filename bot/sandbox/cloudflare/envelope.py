"""Cloudflare's envelope: every answer of its API, good or bad, has this shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web


class ApiError(Exception):
    """Leaves a handler as an error envelope: HTTP `status`, Cloudflare's `code`, its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def good(
    result: Any,
    *,
    info: Mapping[str, Any] | None = None,
    messages: Sequence[Mapping[str, Any]] = (),
) -> web.Response:
    body = {"result": result, "success": True, "errors": [], "messages": list(messages)}
    if info is not None:
        body["result_info"] = dict(info)
    return _json(body, 200)


def bad(error: ApiError, headers: Mapping[str, str] | None = None) -> web.Response:
    errors = [{"code": error.code, "message": error.message}]
    body = {"result": None, "success": False, "errors": errors, "messages": []}
    return _json(body, error.status, headers)


def _json(body: Any, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        text=json.dumps(body), status=status, content_type="application/json", headers=headers
    )


def no_such_route(path: str) -> ApiError:
    return ApiError(
        404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?"
    )


def no_such_worker() -> ApiError:
    return ApiError(404, 10007, "This Worker does not exist on your account.")


def no_permission() -> ApiError:
    return ApiError(403, 10000, "Authentication error")
