"""The seam for measurements: anything that can read some of the six metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.metrics.result import Gap, Reading

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, MetricName, Settings


@dataclass(frozen=True, slots=True)
class Measuring:
    """What a source may use. `own`: the configured database is this environment's."""

    clients: Clients
    settings: Settings
    environment: Environment
    own: bool


class MetricSource(Protocol):
    """Reads some metrics, or says why it cannot. Raises OpsError where it has no answer at all.

    Sources are asked side by side, each within `deadline` seconds. History, once something
    samples, comes in as one more source.
    """

    name: str
    metrics: tuple[MetricName, ...]
    deadline: float

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]: ...
