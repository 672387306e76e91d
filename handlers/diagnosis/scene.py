"""What the looks of one diagnosis share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.judging.asking import Answers
from handlers.diagnosis.busyness import Busyness
from handlers.diagnosis.limits import WATCHED
from handlers.diagnosis.signing_in import SigningIn

if TYPE_CHECKING:
    from bot.clients import Clients
    from bot.settings import Environment, Settings
    from bot.store import Store


@dataclass(frozen=True, slots=True)
class Scene:
    """`own` is true where the configured database and buckets are this environment's.

    `deadline` is what one look may take, and `watched` how long statements are watched, in seconds.
    """

    clients: Clients
    settings: Settings
    store: Store
    environment: Environment
    answers: Answers
    account: SigningIn
    now: datetime
    own: bool
    busyness: Busyness
    deadline: float
    watched: float = WATCHED
