"""A crash is told once; a crash loop is one message that counts, and no edit gets lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot import restarts
from bot.outbox import Outbox
from bot.sandbox.workspace import OPS
from bot.sandbox.workspace.validation import check_message
from bot.store import Store
from tests.outbox.conftest import Stage
from tests.sandbox.workspace.stage import until

BEGAN = datetime(2026, 11, 23, 23, 50, tzinfo=UTC)


def start(store: Store, outbox: Outbox, minutes: float, *, cleanly: bool = False) -> None:
    """A process starts so long after the first one; `cleanly`: the one before had an end."""
    now = BEGAN + timedelta(minutes=minutes)
    before = store.runs.latest()
    if cleanly and before is not None:
        store.runs.end(before.id, now)
    run = store.runs.begin("0.1.0", "socket", now)
    restarts.tell(store, outbox, OPS, run, now, 0)


async def test_a_crash_loop_is_one_message_until_it_lasts(
    stage: Stage, store: Store, outbox: Outbox
) -> None:
    start(store, outbox, 0)
    for minutes in (1.0, 2.0, 3.0, 14.0):
        start(store, outbox, minutes)
    outbox.start()
    await until(lambda: "down 4 times" in "".join(stage.texts(OPS)), 10)
    assert len(stage.posted(OPS)) == 1
    for minutes in (16.5, 17):
        start(store, outbox, minutes)
    await until(lambda: "down 2 times" in "".join(stage.texts(OPS)), 10)
    assert len(stage.posted(OPS)) == 2


async def test_a_clean_restart_is_not_told(stage: Stage, store: Store, outbox: Outbox) -> None:
    start(store, outbox, 0)
    start(store, outbox, 1, cleanly=True)
    assert store.outbox.counts().waiting == 0
    start(store, outbox, 2)
    start(store, outbox, 3, cleanly=True)
    start(store, outbox, 4)
    outbox.start()
    await until(lambda: "down 2 times" in "".join(stage.texts(OPS)), 10)


def test_what_is_told_is_valid_for_slack(store: Store) -> None:
    store.runs.begin("0.1.0", "socket", BEGAN)
    run = store.runs.latest()
    assert run is not None
    later = BEGAN + timedelta(minutes=3)
    for text, blocks in (
        restarts.notice(run, later, 1),
        restarts.repeated(run, later, BEGAN, 1_200),
    ):
        assert check_message({"text": text, "blocks": blocks}) == ()
    assert "1 message is sent late" in restarts.notice(run, later, 1)[0]
