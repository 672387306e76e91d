"""One sign-in with the bot's own account, shared by the looks that want a session.

A sign-in ends that account's other sessions, and sign-in routes take twenty requests in five
minutes: so it happens once in a diagnosis, and only with an account that is the bot's own.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from bot.clients.http import Answer
from bot.clients.http_faults import NoAnswer

if TYPE_CHECKING:
    from bot.clients.http import Http
    from bot.judging.reading import Outcome
    from bot.settings import Settings

LOGIN = "/api/auth/creator/login"
COOKIE = "pitchey-session"
_MORE = 2  # attempts


@dataclass(frozen=True, slots=True)
class Cookie:
    """The session's cookie as it was set: which protections it has. The value is a secret."""

    value: str = field(repr=False)
    secure: bool
    http_only: bool
    same_site: str  # strict, lax, none, or empty


@dataclass
class SigningIn:
    """`configured` is true where the bot has an account to sign in with."""

    http: Http
    api_url: str
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    deadline: float = 4.0
    _task: asyncio.Task[Outcome] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings, http: Http, api_url: str, deadline: float) -> SigningIn:
        email, password = settings.diagnosis.account_email, settings.secrets.platform_password
        if email is None or password is None:
            return cls(http, api_url, deadline=deadline)
        return cls(http, api_url, email, password.get_secret_value(), deadline)

    @property
    def configured(self) -> bool:
        return bool(self.email and self.password)

    async def outcome(self) -> Outcome:
        """The answer to the sign-in, asked once; never raises NoAnswer."""
        if self._task is None:
            self._task = asyncio.create_task(self._sign_in())
        return await asyncio.shield(self._task)

    async def get(self, path: str) -> Outcome | None:
        """The answer of an address to the signed-in account; None where it has no session."""
        cookie = cookie_of(await self.outcome())
        if cookie is None:
            return None
        try:
            return await self.http.send(
                "GET",
                self.api_url + path,
                headers={"accept": "application/json", "cookie": f"{COOKIE}={cookie.value}"},
                deadline=self.deadline,
                probe=True,
            )
        except NoAnswer as fault:
            return fault

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _sign_in(self) -> Outcome:
        """Again where one fails by chance; not often, for the rate limit's sake."""
        outcome = await self._once()
        for _ in range(_MORE):
            if not isinstance(outcome, Answer) or outcome.status < 500:
                break
            outcome = await self._once()
        return outcome

    async def _once(self) -> Outcome:
        try:
            return await self.http.send(
                "POST",
                self.api_url + LOGIN,
                json={"email": self.email, "password": self.password},
                deadline=self.deadline,
                probe=True,
            )
        except NoAnswer as fault:
            return fault


def cookie_of(outcome: Outcome) -> Cookie | None:
    """The session's cookie that an answer sets; None where it sets none. Pure."""
    if not isinstance(outcome, Answer) or outcome.status >= 300:
        return None
    jar = SimpleCookie()
    try:
        jar.load(outcome.headers.get("set-cookie", ""))
    except CookieError:
        return None
    held = jar.get(COOKIE) or next(iter(jar.values()), None)
    if held is None or not held.value:
        return None
    return Cookie(
        held.value, bool(held["secure"]), bool(held["httponly"]), str(held["samesite"]).lower()
    )
