"""An Upstash-style Redis over HTTP: the platform's cache, with the hit rate it earns."""

from __future__ import annotations

import fnmatch
import secrets
import time
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Faults
from bot.sandbox.serving import Serving

_LOOKUPS = 1_000  # counters start as if this many lookups had happened
_WARM = 92.4  # percent of them were hits


class Redis:
    """POST / with a JSON array is one command; `Authorization: Bearer` opens it.

    Knows PING, GET, SET with EX, DEL, TTL, SCAN, DBSIZE, FLUSHDB and INFO. (Upstash REST API)
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._values: dict[str, tuple[str, float]] = {}
        self._hits = self._misses = 0.0
        self._started = time.monotonic()
        self.token = secrets.token_urlsafe(24)
        application = web.Application()
        application.router.add_post("/", self._command)
        application.router.add_get("/{tail:.*}", self._path_command)
        self._serving = Serving(application)
        self.forget_statistics()

    @property
    def url(self) -> str:
        return self._serving.url

    async def start(self) -> None:
        await self._serving.start()

    async def stop(self) -> None:
        await self._serving.stop()

    async def apply(self) -> None:
        """Bring the network edge in line with the fault switches."""
        self.forget_statistics()
        if self._faults.on("cache_down"):
            await self._serving.door.shut()
        else:
            await self._serving.door.open()

    def forget_statistics(self) -> None:
        """As a restart does; a cold cache also starts empty."""
        rate = self._faults.amount("cache_cold") if self._faults.on("cache_cold") else _WARM
        self._hits = _LOOKUPS * rate / 100
        self._misses = _LOOKUPS - self._hits
        if self._faults.on("cache_cold"):
            self._values.clear()

    def run(self, words: list[str]) -> Any:
        """One command's result; ValueError carries Redis' own error text."""
        match [words[0].upper(), *words[1:]]:
            case ["PING"]:
                return "PONG"
            case ["GET", key]:
                return self._get(key)
            case ["SET", key, value]:
                self._values[key] = (value, float("inf"))
                return "OK"
            case ["SET", key, value, option, seconds] if option.upper() == "EX":
                self._values[key] = (value, time.monotonic() + float(seconds))
                return "OK"
            case ["DEL", *keys]:
                return sum(self._values.pop(key, None) is not None for key in keys)
            case ["DBSIZE"]:
                return len(self._live())
            case ["TTL", key]:
                _, expires = self._values.get(key, ("", None))
                if expires is None:
                    return -2
                return -1 if expires == float("inf") else max(0, int(expires - time.monotonic()))
            case ["SCAN", cursor, *options]:
                return self._scan(cursor, options)
            case ["FLUSHDB" | "FLUSHALL"]:
                self._values.clear()
                return "OK"
            case ["INFO", *_]:
                return self._info()
            case [name, *_]:
                raise ValueError(f"ERR unknown command '{name}'")
        raise ValueError("ERR empty command")

    def _scan(self, cursor: str, options: list[str]) -> list[Any]:
        """[next cursor, keys]; "0" is the end. Keys that expired are gone."""
        if not cursor.isdigit():
            raise ValueError("ERR invalid cursor")
        if len(options) % 2:
            raise ValueError("ERR syntax error")
        given = {
            name.upper(): value for name, value in zip(options[::2], options[1::2], strict=True)
        }
        if given.keys() - {"MATCH", "COUNT", "TYPE"}:
            raise ValueError("ERR syntax error")
        keys, begin = sorted(self._live()), int(cursor)
        end = begin + max(1, int(given.get("COUNT", "10")))
        found = [k for k in keys[begin:end] if fnmatch.fnmatchcase(k, given.get("MATCH", "*"))]
        return [str(end) if end < len(keys) else "0", found]

    def _live(self) -> list[str]:
        """Keys whose time is not over; the others are gone when they are asked for."""
        now = time.monotonic()
        return [key for key, (_, expires) in self._values.items() if expires > now]

    def _get(self, key: str) -> str | None:
        if self._faults.on("cache_cold"):  # evicted again: the rate stays where it fell to
            share = self._faults.amount("cache_cold") / 100
            if self._hits >= share * (self._hits + self._misses + 1):
                self._values.pop(key, None)
        value, expires = self._values.get(key, (None, 0.0))
        if value is None or time.monotonic() > expires:
            self._values.pop(key, None)
            self._misses += 1
            return None
        self._hits += 1
        return value

    def _info(self) -> str:
        memory = sum(len(key) + len(value) for key, (value, _) in self._values.items()) + 900_000
        lines = (
            "# Server", "redis_version:7.2.4",
            f"uptime_in_seconds:{int(time.monotonic() - self._started)}",
            "# Clients", "connected_clients:3",
            "# Memory", f"used_memory:{memory}", "maxmemory:268435456",
            "# Stats", f"total_commands_processed:{int(self._hits + self._misses)}",
            f"keyspace_hits:{int(self._hits)}", f"keyspace_misses:{int(self._misses)}",
            "evicted_keys:0",
            "# Keyspace", f"db0:keys={len(self._live())},expires={len(self._live())},avg_ttl=0",
        )  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    async def _command(self, request: web.Request) -> web.Response:
        if self._refused(request):
            return web.json_response({"error": "Unauthorized"}, status=401)
        words = await request.json()
        if not isinstance(words, list) or not words:
            return web.json_response({"error": "ERR empty command"}, status=400)
        return self._answer([str(word) for word in words])

    async def _path_command(self, request: web.Request) -> web.Response:
        if self._refused(request):
            return web.json_response({"error": "Unauthorized"}, status=401)
        return self._answer([word for word in request.match_info["tail"].split("/") if word])

    def _answer(self, words: list[str]) -> web.Response:
        try:
            return web.json_response({"result": self.run(words or ["PING"])})
        except ValueError as problem:
            return web.json_response({"error": str(problem)}, status=400)

    def _refused(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") != f"Bearer {self.token}"
