"""Who is on call, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.oncall import Duty
    from bot.settings import EscalationLevel, Provider
    from bot.store import Override


@dataclass(frozen=True, slots=True)
class LevelDuty:
    """`names` are those of `duty.holders`, in their order; `next_names` of those who follow."""

    level: EscalationLevel
    duty: Duty
    names: tuple[str, ...]
    next: Duty | None
    next_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OncallNow:
    levels: tuple[LevelDuty, ...]
    coming: tuple[Override, ...]
    now: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ContactList:
    """The guide's support contacts: who is called after how many minutes, and the providers."""

    levels: tuple[LevelDuty, ...]
    providers: tuple[Provider, ...]
