"""Upstash Redis over its REST API (upstash.com/docs/redis/features/restapi)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.clients.health_words import tidy
from bot.clients.http import Answer, Http
from bot.clients.http_faults import host_of
from bot.errors import BadAnswer, NotConfigured, Refused, Unreachable

SCANNED = 500  # keys looked at in one SCAN
DELETED = 500  # keys in one DEL
_SPACE = re.compile(r"keys=(\d+)")


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Hits and misses since the server's start; `hit_percent` is None without any traffic.

    `memory_percent` is what is used of the plan's memory, None where Redis does not tell both.
    """

    hits: int
    misses: int
    seconds: float  # how long the answer took
    memory_percent: float | None = None
    keys: int | None = None
    evicted: int | None = None
    expired: int | None = None
    used_bytes: int | None = None
    limit_bytes: int | None = None  # None: without a limit, or not told

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
        answer = await self._ask("GET", "/info", None, deadline)
        body = answer.json()
        text = body.get("result") if isinstance(body, Mapping) else None
        if not isinstance(text, str):
            raise BadAnswer("Upstash answers INFO in a form this bot does not know.")
        return read_info(text, answer.seconds)

    async def command(self, *words: str, deadline: float) -> Any:
        """One command's result, such as `command("DBSIZE", deadline=5)`; see `use` for errors."""
        answer = await self._ask("POST", "/", list(words), deadline)
        body = answer.json()
        if not isinstance(body, Mapping) or "result" not in body:
            raise BadAnswer(f"Upstash answers {words[0]} in a form this bot does not know.")
        return body["result"]

    async def scan(self, pattern: str, *, deadline: float) -> AsyncIterator[list[str]]:
        """Keys by pattern, in pieces; a key may come twice. `deadline` is for each piece."""
        cursor = "0"
        while True:
            found = await self.command(
                "SCAN", cursor, "MATCH", pattern, "COUNT", str(SCANNED), deadline=deadline
            )
            if not isinstance(found, list) or len(found) != 2 or not isinstance(found[1], list):
                raise BadAnswer("Upstash answers SCAN in a form this bot does not know.")
            if found[1]:
                yield [str(key) for key in found[1]]
            cursor = str(found[0])
            if cursor == "0":
                return

    async def delete(self, keys: Sequence[str], *, deadline: float) -> int:
        """How many of these keys there were, and are no more."""
        gone = 0
        for start in range(0, len(keys), DELETED):
            piece = keys[start : start + DELETED]
            gone += int(await self.command("DEL", *piece, deadline=deadline))
        return gone

    async def _ask(self, method: str, path: str, json: Any, deadline: float) -> Answer:
        if not self.url or not self.token:
            raise NotConfigured(
                "Upstash is not configured.",
                "Set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.",
            )
        answer = await self.http.send(
            method,
            self.url.rstrip("/") + path,
            headers={"authorization": f"Bearer {self.token}"},
            json=json,
            deadline=deadline,
            probe=True,
            shown=host_of(self.url),  # the address itself is held as a secret
        )
        if answer.status in {401, 403}:
            raise Refused("Upstash refuses the token.", "Replace UPSTASH_REDIS_REST_TOKEN.")
        if answer.status == 429:
            raise Unreachable("Upstash says: too many requests.", "Try again in a minute.")
        if answer.status != 200:
            said = f": {tidy(answer.text)}" if answer.status == 400 else "."
            raise Unreachable(f"Upstash answers with HTTP {answer.status}{said}")
        return answer


def read_info(text: str, seconds: float) -> CacheUse:
    """The counters of an INFO text. Raises BadAnswer when it has none."""
    held = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    try:
        hits, misses = int(held["keyspace_hits"]), int(held["keyspace_misses"])
    except (KeyError, ValueError) as error:
        raise BadAnswer("This Redis does not tell its hits and misses.") from error
    return CacheUse(
        hits,
        misses,
        seconds,
        _memory(held),
        keys=_keys(held),
        evicted=_number(held, "evicted_keys"),
        expired=_number(held, "expired_keys"),
        used_bytes=_number(held, "used_memory", "total_data_size"),
        limit_bytes=_number(held, "maxmemory", "max_data_size") or None,
    )


def _number(held: Mapping[str, str], *names: str) -> int | None:
    found = next((held[name].strip() for name in names if name in held), "")
    return int(found) if found.isascii() and found.isdigit() else None


def _keys(held: Mapping[str, str]) -> int | None:
    """Of every database; None where the keyspace is not told."""
    spaces = [_SPACE.match(told) for name, told in held.items() if re.fullmatch(r"db\d+", name)]
    counted = [int(found[1]) for found in spaces if found]
    return sum(counted) if counted else None


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
