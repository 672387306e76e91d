"""What a measurement may use, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.store import Sample

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, Settings
    from bot.store import Store

# Measurements of a minute carry its beginning; only one much later carries its own time.
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Scene:
    """`at` is the time of the measurement, `now` the clock; `own` as in Measuring. UTC."""

    clients: Clients
    settings: Settings
    store: Store
    environment: Environment
    own: bool
    at: datetime
    now: datetime

    def sample(
        self, metric: str, value: float, good: int | None = None, at: datetime | None = None
    ) -> Sample:
        return Sample(self.environment.name, metric, at or self.at, value, good)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured; `note` says what was not, and why. A missing sample is a gap."""

    samples: tuple[Sample, ...] = ()
    note: str = ""
