"""The seam for measurements: anything that can read some of the six metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from handlers.metrics.result import Gap, Reading

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, MetricName, Settings
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Measuring:
    """What a source may use. `own`: the configured database is this environment's.

    `store` is None where nothing was sampled; `now` is aware UTC.
    """

    clients: Clients
    settings: Settings
    environment: Environment
    own: bool
    store: Store | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


class MetricSource(Protocol):
    """Reads some metrics, or says why it cannot. Raises OpsError where it has no answer at all.

    Sources are asked side by side, each within `deadline` seconds. The bot's own history is
    one of them.
    """

    name: str
    metrics: tuple[MetricName, ...]
    deadline: float

    async def read(self, scene: Measuring) -> Sequence[Reading | Gap]: ...
