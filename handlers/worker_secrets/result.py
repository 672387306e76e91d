"""Secrets as they are known: names and times, never values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.live import SecretSet


@dataclass(frozen=True, slots=True)
class Known:
    """One secret. `since` is when it was last set, or None where nobody knows.

    `at_least` is a time before which it was set for sure; `maybe_later` is a newer setting of an
    unnamed secret by somebody, which may have been this one.
    """

    name: str
    since: datetime | None = None
    at_least: datetime | None = None
    by: str = ""
    generated: bool = False
    maybe_later: datetime | None = None

    @property
    def oldest(self) -> datetime | None:
        return self.since or self.at_least


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of one environment's Worker, the oldest first."""

    environment: str
    script: str
    now: datetime
    listed: tuple[Known, ...]
    blocked: str = ""  # why none can be set now
    maintenance: bool = False  # it is maintenance mode that blocks


@dataclass(frozen=True, slots=True)
class Rotated:
    """`well` is what verification found afterwards, in its words; `bad` says that it is not."""

    put: SecretSet
    generated: bool
    well: str
    bad: bool
