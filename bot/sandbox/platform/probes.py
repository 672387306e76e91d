"""The platform's own checks of what it stands on: real calls, with its own time limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.platform.answers import stamp
from bot.sandbox.platform.backend import Backend, DatabaseErrors
from bot.sandbox.platform.version import has_secret

LIMIT = 5.0  # seconds; the platform gives a service no longer


@dataclass(frozen=True, slots=True)
class Finding:
    """One service's state: operational, degraded or down; `latency` in milliseconds."""

    service: str
    status: str
    latency: int
    details: str = ""

    @property
    def good(self) -> bool:
        return self.status == "operational"

    def as_service(self) -> dict[str, Any]:
        """The body of /api/health/<service>."""
        body: dict[str, Any] = {
            "service": self.service, "status": self.status, "latency": self.latency,
        }  # fmt: skip
        if self.details:
            body["details"] = self.details
        return body | {"checkedAt": stamp()}

    def as_row(self, name: str) -> dict[str, Any]:
        """One row of /api/status."""
        row: dict[str, Any] = {"name": name, "status": self.status, "latency": self.latency}
        if self.details:
            row["details"] = self.details
        return row | {"lastChecked": stamp()}


async def database(backend: Backend) -> Finding:
    async def ask() -> None:
        async with await backend.connect() as connection:
            await connection.execute("SELECT 1")

    return await _timed(backend, "database", ask, LIMIT)


async def auth(backend: Backend) -> Finding:
    """Sessions live in the database; this check has no time limit of its own."""
    if backend.faults.on("auth_broken") or not has_secret("JWT_SECRET"):
        return Finding("auth", "down", 3, "Better Auth handler failed: JWT_SECRET is not defined")

    async def ask() -> None:
        async with await backend.connect() as connection:
            await connection.execute("SELECT id FROM user_sessions LIMIT 1")

    return await _timed(backend, "auth", ask, 60.0)


async def cache(backend: Backend) -> Finding:
    """The KV namespace, which lives at the edge and has no switch; Redis is another cache."""

    async def ask() -> None:
        await asyncio.sleep(0.003)

    return await _timed(backend, "cache", ask, LIMIT)


async def storage(backend: Backend) -> Finding:
    return await _timed(backend, "storage", backend.check_storage, LIMIT)


PROBES: dict[str, Callable[[Backend], Awaitable[Finding]]] = {
    "database": database,
    "cache": cache,
    "storage": storage,
    "auth": auth,
}


async def _timed(
    backend: Backend, service: str, ask: Callable[[], Awaitable[None]], limit: float
) -> Finding:
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(limit):
            await ask()
    except TimeoutError:
        return Finding(service, "down", round(limit * 1000), "Timeout")
    except DatabaseErrors as error:
        details = str(error) if service == "storage" else backend.upstream_error(error)
        return Finding(service, "down", _since(begun), details)
    return Finding(service, "operational", _since(begun))


def _since(begun: float) -> int:
    return max(1, round((time.perf_counter() - begun) * 1000))
