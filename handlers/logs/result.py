"""What logs say: entries, and entries that say the same, together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ERROR = "error"
WARNING = "warn"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a Worker said or did. Without secrets; `detail` is a stack, whole.

    `level` is error, warn, info or debug. `status` is None for a line that was only logged.
    """

    at: datetime
    level: str
    message: str
    route: str
    status: int | None = None
    version: str = ""
    detail: str = ""

    @property
    def wrong(self) -> bool:
        return self.level == ERROR


@dataclass(slots=True)
class Group:
    """Entries of one message on one route; `sample` is the newest of them."""

    template: str
    route: str
    level: str
    count: int
    first: datetime
    last: datetime
    sample: Entry
    versions: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Past:
    """The newest entries of a Worker's kept logs. `found` is how many fitted before the cut to
    `entries`; `full` says that there may be more than one answer of Cloudflare's holds."""

    environment: str
    script: str
    errors_only: bool
    match: str
    since: datetime
    until: datetime
    entries: tuple[Entry, ...]
    groups: tuple[Group, ...]
    found: int
    full: bool
    last: int
    unmatched: int = 0  # of the same kind, without the text that was asked for
    kept: bool = True  # whether anything at all was kept in that time


@dataclass(slots=True)
class Watch:
    """A live log so far. `missed` is how long the stream was away, `sampled` that there was more
    than it carries, `end` why it is over: time, stopped, shutdown, failed; empty while it runs."""

    environment: str
    script: str
    errors_only: bool
    match: str
    started: datetime
    ends: datetime
    person: str = ""
    seen: int = 0  # events of the Worker, wanted or not
    entries: int = 0
    groups: list[Group] = field(default_factory=list)
    left_out: int = 0  # entries of messages beyond those that are kept apart
    interruptions: int = 0
    missed: timedelta = timedelta()
    sampled: bool = False
    end: str = ""
    stopper: str = ""
    problem: str = ""
    hint: str = ""
    ended: datetime | None = None
