"""The Pitchey API: its addresses, and how a release says that it does not offer one.

Shapes differ from release to release; what bodies mean is read in `health_report`.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clients.health_report import Report, read_report
from bot.clients.http import Answer, Http
from bot.clients.http_faults import NoAnswer
from bot.errors import BadAnswer

PING = "/api/health/ping"
HEALTH = "/api/health"
OLD_HEALTH = "/health"
STATUS = "/api/status"
SESSION = "/api/auth/session"
CACHE_STATS = "/api/cache/stats"
ADMIN_METRICS = "/api/admin/metrics"
_REMEMBER_SECONDS = 600.0  # a deployment may bring a release that refuses otherwise
_NEVER_OFFERED = frozenset({404, 405, 410, 501})


@dataclass(frozen=True, slots=True)
class Refusal:
    """How this release answers an address it does not have: status and the body's shape."""

    status: int
    fingerprint: str


@dataclass
class Platform:
    """One environment's API. `session` is the optional cookie of the bot's own account."""

    http: Http
    api_url: str
    session: str | None = field(default=None, repr=False)
    _refusal: Refusal | None = None
    _learned_at: float = field(default=float("-inf"), repr=False)
    _learning: asyncio.Lock | None = field(default=None, repr=False)

    async def get(
        self,
        path: str,
        *,
        deadline: float,
        headers: Mapping[str, str] | None = None,
        probe: bool = True,
        signed_in: bool = False,
    ) -> Answer:
        """GET one address of the API; `signed_in` sends the bot's session. Raises NoAnswer."""
        sent = {"accept": "application/json", **(headers or {})}
        if signed_in and self.session:
            sent["cookie"] = f"pitchey-session={self.session}"
        return await self.http.send(
            "GET", self.api_url + path, deadline=deadline, headers=sent, probe=probe
        )

    async def refusal(self, *, deadline: float) -> Refusal | None:
        """How this release says "no such address", learned with a nonsense one.

        None while it cannot be learned (no answer, or an error of the server).
        """
        self._learning = self._learning or asyncio.Lock()
        async with self._learning:
            if time.monotonic() - self._learned_at < _REMEMBER_SECONDS:
                return self._refusal
            nonsense = f"/api/no-such-address-{secrets.token_hex(4)}"
            try:
                answer = await self.get(nonsense, deadline=deadline)
            except NoAnswer:
                return None
            if answer.status in {402, 429} or (answer.status >= 500 and answer.status != 501):
                return None
            self._refusal = Refusal(answer.status, fingerprint(answer))
            self._learned_at = time.monotonic()
            return self._refusal

    def forget(self) -> None:
        """Learn again at the next question, as after a deployment."""
        self._learned_at = float("-inf")


def not_offered(answer: Answer, refusal: Refusal | None) -> bool:
    """Whether an answer means that this release has no such address."""
    if answer.status in _NEVER_OFFERED:
        return True
    if refusal is None or answer.status != refusal.status:
        return False
    # The same refusal a nonsense address gets. A 200 for everything (a web page, say) is not
    # a refusal: the caller must judge the body.
    return answer.status in {400, 401, 403} and fingerprint(answer) == refusal.fingerprint


def proves_nothing(answer: Answer, refusal: Refusal | None) -> bool:
    """A 401 from a release that answers 401 to every address: there or not, nobody can tell."""
    return (
        answer.status in {401, 403}
        and refusal is not None
        and refusal.status == answer.status
        and fingerprint(answer) == refusal.fingerprint
    )


def fingerprint(answer: Answer) -> str:
    """The shape of a refusal without what changes from call to call (path, ids, times)."""
    try:
        body = answer.json()
    except BadAnswer:
        return answer.media_type
    if not isinstance(body, Mapping):
        return type(body).__name__
    error = body.get("error")
    said = error.get("code", "") if isinstance(error, Mapping) else ""
    return f"{','.join(sorted(map(str, body)))}|{said}"


def report_of(answer: Answer) -> Report | None:
    """What a health answer says, from JSON or plain text; None where the shape is unknown."""
    value: Any
    try:
        value = answer.told()
    except BadAnswer:
        if answer.is_html:
            return None
        value = answer.text.strip()
    return read_report(value)
