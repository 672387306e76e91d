"""What containment plans and does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.containment import AttackMode, Block, BlockRule
from handlers.containment.origins import Origin


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """`covering` blocks it already; `joined` are smaller ones that it takes in."""

    origin: Origin
    rules: tuple[BlockRule, ...]
    length: timedelta
    ends_at: datetime
    reason: str
    covering: Block | None
    joined: tuple[Block, ...]
    notes: tuple[str, ...]
    zone: str

    @property
    def nothing(self) -> bool:
        """It is blocked for that long already."""
        return self.covering is not None and self.covering.ends_at >= self.ends_at


@dataclass(frozen=True, slots=True)
class Blocked:
    """`foreign` values had a rule of somebody else's, which stays as it is."""

    block: Block
    joined: tuple[Block, ...]
    foreign: tuple[str, ...]
    extended: bool


@dataclass(frozen=True, slots=True)
class Unblocked:
    """`gone` rules were taken away; `missing` had been taken away by somebody else."""

    block: Block
    gone: int
    missing: int


@dataclass(frozen=True, slots=True)
class Listed:
    """`lost` are rules of ours that the zone no longer has; `others` are not ours."""

    blocks: tuple[Block, ...]
    lost: frozenset[str]
    others: int | None
    ended: tuple[Block, ...]
    attack: AttackMode | None
    level: str
    trouble: str


@dataclass(frozen=True, slots=True)
class AttackState:
    """`level` is the zone's security level now."""

    zone: str
    level: str
    mode: AttackMode | None


@dataclass(frozen=True, slots=True)
class SessionsPlan:
    """Live sessions that would end. `user` is empty for everybody's; its address is masked."""

    user: str
    user_id: str
    live: int
    people: int
    keys: int | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revoked:
    """`left` live sessions remain: new sign-ins meanwhile. `proved` by the bot's own session."""

    plan: SessionsPlan
    ended: int
    keys: int | None
    left: int
    proved: bool | None
