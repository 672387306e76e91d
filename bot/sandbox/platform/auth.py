"""Sessions: sign in, ask who is signed in. A new sign-in ends that person's other sessions."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from bot.sandbox.platform.answers import answer, failure, sign_in_first, success
from bot.sandbox.platform.backend import BACKEND, DatabaseErrors
from bot.sandbox.platform.console import CONSOLE
from bot.sandbox.platform.version import has_secret

COOKIE = "pitchey-session"
EMAIL = "ops@pitchey.example"
PASSWORD = "Watch-the-premiere-9"  # noqa: S105 (an account of the sandbox's invented platform)
_BROKEN = "Better Auth handler failed: JWT_SECRET is not defined"


def broken(request: web.Request) -> bool:
    """Whether sign-in fails inside the Worker: by its switch, or for want of its secret."""
    return not has_secret("JWT_SECRET") or request.app[BACKEND].faults.on("auth_broken")


async def sign_in(request: web.Request) -> web.Response:
    """POST /api/auth/<portal>/login with {email, password}; sets a Secure cookie."""
    try:
        given = await request.json()
    except ValueError:
        return failure("VALIDATION_ERROR", "Invalid JSON", 400)
    known = isinstance(given, dict) and (given.get("email"), given.get("password")) == (
        EMAIL,
        PASSWORD,
    )
    if not known:
        email = given.get("email") if isinstance(given, dict) else None
        request[CONSOLE].warn(f"Login failed for {email}")
        return failure("UNAUTHORIZED", "Invalid credentials", 401)
    if broken(request):
        request[CONSOLE].error(_BROKEN)
        return failure("INTERNAL_ERROR", "Sign-in failed", 500)
    token = secrets.token_hex(16)
    try:
        async with await request.app[BACKEND].connect() as connection:
            await connection.execute("DELETE FROM user_sessions WHERE user_id = 1")
            await connection.execute(
                "INSERT INTO user_sessions (id, user_id, user_agent, expires_at)"
                " VALUES (%s, 1, %s, now() + interval '7 days')",
                [token, request.headers.get("User-Agent", "")],
            )
    except DatabaseErrors as error:
        request[CONSOLE].error("Login failed:", request.app[BACKEND].upstream_error(error))
        return failure("INTERNAL_ERROR", request.app[BACKEND].upstream_error(error), 500)
    response = success({"user": {"id": 1, "email": EMAIL, "userType": "creator"}})
    if request.app[BACKEND].faults.on("cookies_insecure"):
        response.set_cookie(COOKIE, token, path="/")
    else:
        response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="None", path="/")
    return response


async def person_of(request: web.Request) -> dict[str, Any] | None:
    """The signed-in person's row. Without a cookie the database is not asked."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    async with await request.app[BACKEND].connect() as connection:
        cursor = await connection.execute(
            "SELECT users.id, users.email, users.user_type FROM user_sessions"
            " JOIN users ON users.id = user_sessions.user_id"
            " WHERE user_sessions.id = %s AND expires_at > now()",
            [token],
        )
        return await cursor.fetchone()


async def session(request: web.Request) -> web.Response:
    """GET /api/auth/session: 401 to strangers is healthy."""
    if broken(request):
        request[CONSOLE].error(_BROKEN)
        return failure("INTERNAL_ERROR", "Session check failed", 500)
    person = await person_of(request)
    return sign_in_first() if person is None else success({"user": person})


async def session_of_2025(request: web.Request) -> web.Response:
    """The same in the release of 2025-12-24, in its own words."""
    if broken(request):
        request[CONSOLE].error(_BROKEN)
        return failure("INTERNAL_ERROR", "Session check failed", 500)
    person = await person_of(request)
    if person is None:
        return failure("UNAUTHORIZED", "Invalid session", 401)
    return success({"user": person})


async def refuse_any(request: web.Request) -> web.Response:
    """2025-11-16 takes every POST below /api/auth for a sign-in."""
    if broken(request):
        return answer({"error": "Login failed"}, 500)
    return answer({"error": "Invalid credentials"}, 401)
