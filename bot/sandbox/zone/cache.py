"""What an edge keeps of the origin's answers, and what a purge takes out of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Entry:
    """One kept answer; `stored_at` by the cache's clock, `ttl` in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    stored_at: float
    ttl: float
    tags: frozenset[str] = frozenset()
    stale: bool = False  # invalidated: to be asked for again, though its time is not over


@dataclass
class EdgeCache:
    """By URL, query included. `clock` counts seconds; a test may set another one."""

    clock: Callable[[], float] = time.monotonic
    entries: dict[str, Entry] = field(default_factory=dict)

    def keep(self, url: str, entry: Entry) -> None:
        self.entries[url] = entry

    def find(self, url: str) -> Entry | None:
        return self.entries.get(url)

    def age(self, entry: Entry) -> float:
        return self.clock() - entry.stored_at

    def fresh(self, entry: Entry) -> bool:
        return not entry.stale and self.age(entry) < entry.ttl

    def purge(self, kind: str, values: Sequence[str], *, gone: bool) -> int:
        """Take out what `kind` (files, tags, hosts, prefixes, everything) names; how many.

        Where not `gone`, it is kept and marked stale.
        """
        hit = [url for url, entry in self.entries.items() if _named(url, entry, kind, values)]
        for url in hit:
            if gone:
                del self.entries[url]
            else:
                self.entries[url].stale = True
        return len(hit)


def _named(url: str, entry: Entry, kind: str, values: Sequence[str]) -> bool:
    parts = urlsplit(url)
    match kind:
        case "files":
            return url in values
        case "tags":
            return bool(entry.tags & {value.lower() for value in values})
        case "hosts":
            return parts.netloc in values or parts.hostname in values
        case "prefixes":
            return any(f"{parts.netloc}{parts.path}".startswith(value) for value in values)
    return True
