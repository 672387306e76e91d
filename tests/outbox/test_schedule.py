"""What is due daily is told once, by one process, and caught up after a downtime or a crash."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.command import Daily, Reply
from bot.outbox import Outbox
from bot.schedule import last_due, tell_daily
from bot.settings import Settings
from bot.store import Store

NINE = Daily("head", time(9, 0), lambda _settings, _store: Reply("News"))
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_newest_due_time() -> None:
    assert last_due(NINE, MONDAY) == MONDAY
    assert last_due(NINE, MONDAY - timedelta(seconds=1)) == MONDAY - timedelta(days=1)
    assert last_due(NINE, MONDAY + timedelta(hours=14)) == MONDAY


async def test_told_once_a_day(store: Store, outbox: Outbox, settings: Settings) -> None:
    def tell(now: datetime) -> bool:
        return tell_daily(NINE, store, outbox, settings, now)

    assert tell(MONDAY)
    assert not tell(MONDAY)
    assert not tell(MONDAY + timedelta(hours=23))
    # Down for three days: the newest time is caught up, late.
    assert tell(MONDAY + timedelta(days=3, hours=5))
    assert not tell(MONDAY + timedelta(days=3, hours=6))
    assert store.outbox.counts().waiting == 2


async def test_a_claim_that_was_cut_off_is_taken_over(
    store: Store, outbox: Outbox, settings: Settings
) -> None:
    assert store.firings.claim("head", MONDAY, MONDAY)
    assert not tell_daily(NINE, store, outbox, settings, MONDAY + timedelta(minutes=5))
    assert tell_daily(NINE, store, outbox, settings, MONDAY + timedelta(minutes=11))
    assert store.outbox.counts().waiting == 1


def test_a_claim_is_one_process_s(store: Store) -> None:
    assert store.firings.claim("job", MONDAY)
    assert not store.firings.claim("job", MONDAY)
    assert store.firings.claim("job", MONDAY + timedelta(days=1))
    assert store.firings.claim("other", MONDAY)
