"""The copies of the bot that serve on one store: which live, and which of them stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store import Run, Store

# Signs of life come each 15 s; clocks of machines differ. Presence decides, this only saves asking.
WORTH_ASKING = timedelta(minutes=10)


def living(store: Store, now: datetime) -> tuple[Run, ...]:
    """Every copy that lives, those that are leaving too, the newest first; raises OpsError.

    One that was killed counts for ten seconds more where the store is PostgreSQL.
    """
    return divided(store, now)[0]


def divided(store: Store, now: datetime) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Copies that live, and those lost of late: they ended without saying so; newest first."""
    known = [run for run in store.runs.open(now - WORTH_ASKING) if run.process]
    alive = {run.id for run in known if store.presence.alive(run.process)}
    return (
        tuple(run for run in known if run.id in alive),
        tuple(run for run in known if run.id not in alive),
    )


def staying(store: Store, now: datetime) -> tuple[Run, ...]:
    """Those besides this process that take new work, the newest first; raises OpsError."""
    own = store.presence.name
    return tuple(run for run in living(store, now) if run.leaving_at is None and run.process != own)
