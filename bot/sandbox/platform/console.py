"""What the Worker logs and throws while it answers one request, as a tail sends it."""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web


class Console:
    """One per request. Times in ms since 1970."""

    def __init__(self) -> None:
        self._logs: list[dict[str, Any]] = []
        self._exceptions: list[dict[str, Any]] = []

    def log(self, *words: str) -> None:
        self._add("log", words)

    def warn(self, *words: str) -> None:
        self._add("warn", words)

    def error(self, *words: str) -> None:
        self._add("error", words)

    def throw(self, name: str, message: str, stack: str) -> None:
        """An exception that nobody caught."""
        self._exceptions.append(
            {"name": name, "message": message, "stack": stack, "timestamp": _now()}
        )

    @property
    def logs(self) -> str:
        return json.dumps(self._logs)

    @property
    def exceptions(self) -> str:
        return json.dumps(self._exceptions)

    def _add(self, level: str, words: tuple[str, ...]) -> None:
        self._logs.append({"level": level, "message": list(words), "timestamp": _now()})


CONSOLE = web.RequestKey("console", Console)


def _now() -> int:
    return int(time.time() * 1000)
