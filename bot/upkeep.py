"""The bot's own upkeep: what nobody will ask for again is forgotten."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.jobs import Job

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.store import Store

log = logging.getLogger(__name__)
DELIVERIES_KEPT = timedelta(hours=24)  # Slack redelivers for minutes; a day is ample
SENT_KEPT = timedelta(days=30)  # so long a message can be edited by its key
FIRINGS_KEPT = timedelta(days=2)  # longer than any job is caught up
RUNS_KEPT = timedelta(days=90)
ALERTS_KEPT = timedelta(days=400)  # after they were resolved: a year can be compared with the last


def forget_old(store: Store, now: datetime) -> str:
    """Failed messages and the audit log stay; raises OpsError."""
    deliveries = store.deliveries.forget_before(now - DELIVERIES_KEPT)
    messages = store.outbox.forget_before(now - SENT_KEPT)
    store.firings.forget_before(now - FIRINGS_KEPT)
    store.runs.forget_before(now - RUNS_KEPT)
    store.alerts.forget_before(now - ALERTS_KEPT)
    store.alert_rules.forget_silences_before(now - ALERTS_KEPT)
    return f"Forgot {deliveries} old deliveries and {messages} sent messages."


async def _forget(runtime: Runtime, _due: datetime) -> str:
    return forget_old(runtime.store, runtime.now())


FORGET = Job(
    name="forget-old",
    title="Forgetting old records",
    when=lambda _settings: timedelta(hours=1),
    run=_forget,
    quiet=True,
)
