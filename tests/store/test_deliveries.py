"""Each delivery is claimed once, whatever thread, store or run it comes from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import Claim, Store, UnfinishedDelivery

NOW = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)


def test_the_first_claim_wins(store: Store) -> None:
    assert store.deliveries.claim("Ev1", "health", "{}", NOW)
    assert not store.deliveries.claim("Ev1", "health", "{}", NOW)
    assert store.deliveries.claim("Ev2", "health", "{}", NOW)


def test_a_claim_outlives_the_process(path: Path) -> None:
    first = Store.open(path)
    first.deliveries.claim("Ev1", "health api", '{"person":"U1"}', NOW)
    first.close()
    second = Store.open(path)
    assert not second.deliveries.claim("Ev1", "health", "{}", NOW)
    assert second.deliveries.unfinished() == (
        UnfinishedDelivery("Ev1", "health api", '{"person":"U1"}', NOW),
    )
    second.close()


def test_finished_is_told_no_more_and_keeps_nothing_of_the_person(store: Store, path: Path) -> None:
    store.deliveries.claim("Ev1", "health", "https://hooks.slack.com/secret", NOW)
    store.deliveries.finish("Ev1", NOW)
    store.deliveries.finish("unknown", NOW)
    assert store.deliveries.unfinished() == ()
    assert not store.deliveries.claim("Ev1", "health", "{}", NOW)
    assert store.deliveries.forget_before(NOW + timedelta(seconds=1)) == 1


def test_only_old_and_finished_deliveries_are_forgotten(store: Store) -> None:
    for number, hours in enumerate((30, 25, 23)):
        store.deliveries.claim(f"Ev{number}", "", "", NOW - timedelta(hours=hours))
    store.deliveries.finish("Ev1", NOW)
    store.deliveries.finish("Ev2", NOW)
    assert store.deliveries.forget_before(NOW - timedelta(hours=24)) == 1
    assert store.deliveries.claim("Ev1", "", "", NOW)
    assert not store.deliveries.claim("Ev0", "", "", NOW)
    assert not store.deliveries.claim("Ev2", "", "", NOW)


def test_threads_and_stores_claim_once_between_them(path: Path) -> None:
    stores = [Store.open(path, patience=20), Store.open(path, patience=20)]

    def claim(number: int) -> bool:
        return stores[number % 2].deliveries.claim(f"Ev{number // 8}", "", "", NOW)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, range(800)))
    for store in stores:
        store.close()
    assert sum(won) == 100


@pytest.mark.parametrize("odd", ["", "x" * 10_000, "a'b\";--", "\x00", "é🚀"])
def test_any_text_is_an_id(store: Store, store_url: str, odd: str) -> None:
    assert store.deliveries.claim(odd, odd, odd, NOW)
    assert not store.deliveries.claim(odd, odd, odd, NOW)
    # PostgreSQL's texts hold no NUL: the sign for what cannot be shown stands for it.
    shown = odd.replace("\x00", "\ufffd") if store_url else odd
    assert store.deliveries.unfinished()[0].summary == shown


def test_a_try_whose_answer_was_lost_is_no_duplicate(store: Store) -> None:
    mine, other = Claim("d1", "mine", "here"), Claim("d1", "another's", "here")
    new = Claim("d2", "s", "h")
    assert store.deliveries.exchange((mine,), (), NOW) == (True,)
    assert store.deliveries.exchange((mine, mine, new), (), NOW, tried=2) == (True, False, True)
    assert store.deliveries.exchange((other,), (), NOW, tried=1) == (False,)
    assert store.deliveries.exchange((new, mine), (), NOW, tried=1) == (
        True,
        False,
    )  # again by Slack
    store.deliveries.finish("d1", NOW)
    assert store.deliveries.exchange((mine,), (), NOW, tried=1) == (False,)


def test_what_was_withdrawn_counts_as_new_unless_it_is_finished(store: Store) -> None:
    mine = Claim("d1", "mine", "here")
    store.deliveries.exchange((mine,), (), NOW)
    assert store.deliveries.exchange((mine,), (), NOW, withdrawn=("d1",)) == (True,)
    store.deliveries.finish("d1", NOW)
    assert store.deliveries.exchange((mine,), (), NOW, withdrawn=("d1", "d2")) == (False,)
