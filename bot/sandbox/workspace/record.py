"""Everything that went over the wire, for tests and for the inspector."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

KEPT = 5_000  # newest entries


@dataclass(frozen=True, slots=True)
class Entry:
    """One API call, delivery or response URL use.

    `kind`: call | delivery | response. `name`: the method ("chat.postMessage"), the kind of
    payload ("slash_commands", "block_actions", "event app_mention") or the URL's use.
    `answer` is what came back; `error` is its error code, empty when it went well.
    """

    number: int
    at: float  # workspace clock, seconds since 1970
    kind: str
    name: str
    arguments: dict[str, Any]
    answer: Any
    ms: float
    error: str = ""
    attempt: int = 0  # of a delivery: 0 is the first
    person_id: str = ""
    response_url: str = ""  # that came with a delivery, or that an answer was posted to


@dataclass
class Record:
    """A list of entries that tells a listener about each new one."""

    told: Callable[[Entry], None]
    _entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    _count: int = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, **what: Any) -> Entry:
        self._count += 1
        entry = Entry(number=self._count, **what)
        self._entries.append(entry)
        self.told(entry)
        return entry

    def calls(self, method: str = "") -> tuple[Entry, ...]:
        """API calls, oldest first; only those of `method` where given."""
        return self._of("call", method)

    def deliveries(self, name: str = "") -> tuple[Entry, ...]:
        return self._of("delivery", name)

    def responses(self) -> tuple[Entry, ...]:
        return self._of("response", "")

    def since(self, number: int) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries if entry.number > number)

    def clear(self) -> None:
        self._entries.clear()

    def _of(self, kind: str, name: str) -> tuple[Entry, ...]:
        return tuple(
            entry
            for entry in self._entries
            if entry.kind == kind and (not name or entry.name == name)
        )
