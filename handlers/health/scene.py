"""What all checks of one run share: clients, limits, the time, and answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.judging.asking import Answers

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, Settings


@dataclass(frozen=True, slots=True)
class Scene:
    """One run. `own` is true where the configured database and buckets are this environment's."""

    clients: Clients
    settings: Settings
    environment: Environment
    answers: Answers
    now: datetime
    own: bool
