"""What the platform is for: pitches to browse, search, configuration. Cached in Redis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, LiteralString

from aiohttp import web

from bot.sandbox.platform.answers import failure, sign_in_first, success
from bot.sandbox.platform.auth import person_of
from bot.sandbox.platform.backend import BACKEND, Backend, DatabaseErrors
from bot.sandbox.platform.console import CONSOLE

_TRENDING = """
    SELECT id, title, logline, genre, format, status, view_count, published_at
    FROM pitches WHERE status = 'published' ORDER BY view_count DESC LIMIT 12
"""
_NEWEST = """
    SELECT id, title, logline, genre, format, status, view_count, published_at
    FROM pitches WHERE status = 'published' ORDER BY published_at DESC LIMIT 24
"""
_ONE = """
    SELECT id, title, logline, genre, format, status, view_count, published_at
    FROM pitches WHERE id = %s
"""
# The candidates are few, and the views of each are found by an index: or by reading them all.
_SIMILAR = """
    SELECT candidate.id, candidate.title,
           (SELECT count(*) FROM pitch_views WHERE pitch_id = candidate.id
            AND viewed_at > now() - interval '30 days') AS recent_views
    FROM (SELECT id, title FROM pitches WHERE status = 'published' AND genre =
            (SELECT genre FROM pitches WHERE id = %s) ORDER BY published_at DESC LIMIT 700)
         AS candidate
    ORDER BY recent_views DESC, candidate.id LIMIT 6
"""
# to_tsquery refuses a search that ends in an operator: the one error visitors really meet
_SEARCH = """
    SELECT id, title, logline, genre, format, status, view_count, published_at FROM pitches
    WHERE genre ILIKE '%%' || %s || '%%' AND to_tsquery('simple', %s) IS NOT NULL LIMIT 20
"""
_GENRES = (
    "Action", "Adventure", "Animation", "Biographical Drama (Biopic)", "Comedy", "Coming-of-Age",
    "Crime Drama", "Documentary", "Fantasy", "Historical Drama", "Horror", "Musical",
    "Mystery Thriller", "Romance", "Satire", "Science Fiction (Sci-Fi)", "Thriller", "War",
    "Western",
)  # fmt: skip
_CONFIGURATION = {
    "genres": _GENRES,
    "formats": ("Feature Film", "Short Film", "TV Series", "Web Series"),
    "budgetRanges": ("Under $1M", "$1M-$5M", "$5M-$15M", "$15M-$30M", "$30M-$50M", "Over $100M"),
    "stages": ("Development", "Pre-Production", "Production", "Post-Production", "Distribution"),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def pitches(which: str) -> Handler:
    """A list of pitches, `trending` or `newest`, kept in the cache for some seconds."""
    query: LiteralString = _NEWEST
    seconds = 20
    if which == "trending":
        query, seconds = _TRENDING, 30

    async def handler(request: web.Request) -> web.Response:
        return await _listed(request, f"pitches:{which}", query, (), seconds)

    return handler


async def one_pitch(request: web.Request) -> web.Response:
    number = request.path.rpartition("/")[2]
    if not number.isdigit():
        return failure("VALIDATION_ERROR", "Invalid pitch id", 400)
    response = await _listed(request, f"pitch:{number}", _ONE, (int(number),), 20)
    if b'"pitches":[]' in bytes(response.body or b""):  # type: ignore[arg-type]
        return failure("NOT_FOUND", "Pitch not found", 404)
    if response.status == 200:
        await _similar(request, int(number))
    return response


async def _similar(request: web.Request, number: int) -> None:
    """What the page shows beside the pitch; without it the page is shown all the same."""
    backend = request.app[BACKEND]
    try:
        async with await backend.connect() as connection:
            await connection.execute(_SIMILAR, (number,))
    except DatabaseErrors as error:
        request[CONSOLE].warn("Similar pitches not found:", backend.upstream_error(error))


async def search(request: web.Request) -> web.Response:
    words = request.query.get("q", "")
    return await _listed(request, f"search:{words}", _SEARCH, (words, words), 15)


async def configuration(request: web.Request) -> web.Response:
    """GET /api/config/all; despite its name it says nothing about uploads."""
    del request
    return success(_CONFIGURATION)


async def unread(request: web.Request) -> web.Response:
    """GET /api/notifications/unread; needs a session."""
    person = await person_of(request)
    if person is None:
        return sign_in_first()
    async with await request.app[BACKEND].connect() as connection:
        row = await (
            await connection.execute(
                "SELECT count(*) AS unread FROM notifications WHERE user_id = %s AND NOT is_read",
                [person["id"]],
            )
        ).fetchone()
    return success({"unread": row["unread"] if row else 0})


async def upload_limits(request: web.Request) -> web.Response:
    """GET /api/upload/info; needs a session. Sizes in bytes."""
    if await person_of(request) is None:
        return sign_in_first()
    backend = request.app[BACKEND]
    if backend.faults.on("upload_endpoint_broken"):
        request[CONSOLE].error("Upload handler failed: R2 binding UPLOADS is undefined")
        return failure("INTERNAL_ERROR", "Upload service unavailable", 500)
    most = 104_857_600
    if backend.faults.on("upload_limit_low"):
        most = round(backend.faults.amount("upload_limit_low") * 1_000_000)
    types = ["application/pdf", "image/jpeg", "image/png", "video/mp4"]
    return success({"maxFileSize": most, "allowedTypes": types})


async def _listed(
    request: web.Request,
    key: str,
    query: LiteralString,
    parameters: Sequence[Any],
    seconds: int,
) -> web.Response:
    backend = request.app[BACKEND]
    rows = _cached(backend, key)
    if backend.faults.on("cache_down"):
        request[CONSOLE].warn(f"Redis GET {key} failed: connect ECONNREFUSED")
    if rows is None:
        try:
            async with await backend.connect() as connection:
                rows = await (await connection.execute(query, parameters)).fetchall()
        except DatabaseErrors as error:
            request[CONSOLE].error("Failed to fetch pitches:", backend.upstream_error(error))
            await _report(backend, request, error)
            return failure("INTERNAL_ERROR", "Failed to fetch pitches", 500)
        if not backend.faults.on("cache_down"):
            backend.redis.run(["SET", key, json.dumps(rows, default=str), "EX", str(seconds)])
    await asyncio.sleep(0.02 + len(key) % 7 * 0.01)  # the way to the visitor and back
    return success({"pitches": rows, "total": len(rows)})


def _cached(backend: Backend, key: str) -> Any:
    if backend.faults.on("cache_down"):
        return None
    kept = backend.redis.run(["GET", key])
    return json.loads(kept) if kept is not None else None


async def _report(backend: Backend, request: web.Request, error: Exception) -> None:
    """Write an error log row, where the database still takes one."""
    try:
        async with await backend.connect() as connection:
            await connection.execute(
                "INSERT INTO error_logs (error_type, error_message, endpoint, method)"
                " VALUES (%s, %s, %s, %s)",
                [type(error).__name__, str(error).splitlines()[0], request.path, request.method],
            )
    except DatabaseErrors:
        return
