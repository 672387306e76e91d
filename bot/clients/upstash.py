"""Upstash Redis over its REST API (upstash.com/docs/redis/features/restapi): INFO only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.clients.http import Http
from bot.clients.http_faults import host_of
from bot.errors import BadAnswer, NotConfigured, Refused, Unreachable


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Hits and misses since the server's start; `hit_percent` is None without any traffic.

    `memory_percent` is what is used of the plan's memory, None where Redis does not tell both.
    """

    hits: int
    misses: int
    seconds: float  # how long the answer took
    memory_percent: float | None = None

    @property
    def hit_percent(self) -> float | None:
        asked = self.hits + self.misses
        return 100.0 * self.hits / asked if asked else None


@dataclass
class Upstash:
    """Optional: configured by UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN."""

    http: Http
    url: str | None = None
    token: str | None = field(default=None, repr=False)

    @property
    def configured(self) -> bool:
        return bool(self.url and self.token)

    async def use(self, *, deadline: float) -> CacheUse:
        """Ask INFO for the hit counters.

        Raises NoAnswer, Refused (token), Unreachable, BadAnswer or NotConfigured.
        """
        if not self.url or not self.token:
            raise NotConfigured(
                "Upstash is not configured.",
                "Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.",
            )
        answer = await self.http.send(
            "GET",
            self.url.rstrip("/") + "/info",
            headers={"authorization": f"Bearer {self.token}"},
            deadline=deadline,
            probe=True,
            shown=host_of(self.url),  # the address itself is held as a secret
        )
        if answer.status in {401, 403}:
            raise Refused("Upstash refuses the token.", "Replace UPSTASH_REDIS_REST_TOKEN.")
        if answer.status != 200:
            raise Unreachable(f"Upstash answers with HTTP {answer.status}.")
        body = answer.json()
        text = body.get("result") if isinstance(body, Mapping) else None
        if not isinstance(text, str):
            raise BadAnswer("Upstash answers INFO in a form this bot does not know.")
        return read_info(text, answer.seconds)


def read_info(text: str, seconds: float) -> CacheUse:
    """The counters of an INFO text. Raises BadAnswer when it has none."""
    held = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    try:
        hits, misses = int(held["keyspace_hits"]), int(held["keyspace_misses"])
    except (KeyError, ValueError) as error:
        raise BadAnswer("This Redis does not tell its hits and misses.") from error
    return CacheUse(hits, misses, seconds, _memory(held))


def _memory(held: Mapping[str, str]) -> float | None:
    """Percent of the memory; Redis and Upstash name both figures differently."""
    for used, most in (("used_memory", "maxmemory"), ("total_data_size", "max_data_size")):
        try:
            percent = 100.0 * int(held[used]) / int(held[most])
        except (KeyError, ValueError, ZeroDivisionError):
            continue  # 0 means without a limit
        if 0 <= percent <= 100:
            return percent
    return None
