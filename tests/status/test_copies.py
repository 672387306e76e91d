"""Several copies of the bot on one store: which serve, which leave, which were lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from bot import copies, restarts
from bot.outbox import Outbox
from bot.sandbox.workspace import OPS
from bot.sandbox.workspace.validation import check_message
from bot.settings import Settings
from bot.store import Store
from handlers.status.operations import read_status
from handlers.status.views import status_reply

NOW = datetime.now(UTC)
AGO = NOW - timedelta(seconds=30)


@contextmanager
def copy(settings: Settings, began: datetime, place: str) -> Iterator[tuple[Store, int]]:
    """A process that serves; it is gone at the end of the block."""
    store = Store.open(settings.store.path)
    run = store.runs.begin("1.2.3", "socket", began, store.presence.sign_in("bot"), place)
    store.runs.beat(run, AGO, AGO, store.presence.name)
    try:
        yield store, run
    finally:
        store.close()


def test_status_names_each_copy_and_what_it_does(store: Store, settings: Settings) -> None:
    with ExitStack() as stack:
        first, _ = stack.enter_context(copy(settings, AGO, "web-1:41"))
        second, leaves = stack.enter_context(copy(settings, AGO, "web-2:42"))
        with copy(settings, AGO, "web-3:43"):
            assert len(copies.living(store, NOW)) == 3
        second.runs.leave(leaves, NOW)
        assert [run.place for run in copies.staying(second, NOW)] == ["web-1:41"]
        assert copies.staying(first, NOW) == ()
        reply = status_reply(read_status(store, NOW))
    text = str(reply.blocks)
    assert reply.text.startswith(
        ":warning: The bot serves, but 1 copy ended without a clean stop, "
    )
    assert reply.exit_code == 1
    assert "*Copies* 1 serves on this store" in text
    assert "`web-1:41` 1.2.3, up for 30 s, Slack 30 s ago" in text
    assert "`web-2:42` 1.2.3, up for 30 s, Slack 30 s ago, *draining*" in text


def test_a_newest_copy_that_was_stopped_is_not_the_bot_s_end(
    store: Store, settings: Settings
) -> None:
    with copy(settings, AGO, "web-1:41"):
        with copy(settings, AGO, "web-2:42") as (other, run):
            other.runs.end(run, NOW)
        reply = status_reply(read_status(store, NOW))
        assert reply.text.startswith(":white_check_mark: The bot is well")
    assert status_reply(read_status(store, NOW)).text.startswith(":red_circle:")


def test_a_lost_copy_is_told_as_one_and_a_downtime_as_a_downtime(
    store: Store, settings: Settings, outbox: Outbox
) -> None:
    with copy(settings, AGO, "web-1:41"):
        for number in range(3):
            with copy(settings, AGO, f"web-2:{number}"):
                pass
            with copy(settings, NOW, f"web-2:{number}") as (again, run):
                restarts.tell(again, outbox, OPS, run, NOW, 0)
                again.runs.end(run, NOW)
    told = [message for message in _waiting(store) if "lost" in message]
    assert "A copy of the bot was lost at" in told[0]
    assert "A copy of the bot was lost 3 times since" in told[-1]
    with copy(settings, AGO, "web-2:8"):
        pass
    with copy(settings, NOW, "web-2:9") as (alone, run):
        restarts.tell(alone, outbox, OPS, run, NOW + timedelta(minutes=20), 0)
    assert "The bot was down" in _waiting(store)[-1]


def test_where_all_copies_were_gone_the_bot_was_down_and_the_first_that_is_back_tells_it(
    store: Store, settings: Settings, outbox: Outbox
) -> None:
    for number in range(3):
        with copy(settings, AGO, f"web-1:{number}"):
            pass
    with copy(settings, NOW, "web-2:1") as (one, first), copy(settings, NOW, "web-2:2") as (
        other, second,
    ):  # fmt: skip
        restarts.tell(other, outbox, OPS, second, NOW, 0)
        restarts.tell(one, outbox, OPS, first, NOW, 0)
    told = [message for message in _waiting(store) if "lost" in message or "down" in message]
    assert len(told) == 1
    assert told[0].startswith(":warning: The bot was down from ")


def test_what_is_told_is_valid_for_slack(store: Store, settings: Settings) -> None:
    with copy(settings, AGO, "web-1:41"):
        run = store.runs.latest()
    assert run is not None
    for text, blocks in (restarts.lost_copy(run), restarts.lost_copies(run, AGO, 1_200)):
        assert check_message({"text": text, "blocks": blocks}) == ()


def _waiting(store: Store) -> list[str]:
    """Texts in the outbox, oldest first."""
    with store._connection.read() as sql:
        return [row[0] for row in sql.execute("SELECT text FROM outbox ORDER BY id")]


def test_slack_was_heard_of_where_any_copy_has_heard_it(store: Store, settings: Settings) -> None:
    with copy(settings, AGO, "web-1:41"):
        newest = Store.open(settings.store.path)
        newest.runs.begin("1.2.3", "http", NOW, newest.presence.sign_in("bot"), "web-2:42")
        text = str(status_reply(read_status(store, NOW)).blocks)
        newest.close()
    assert "*Slack* by HTTP, last contact 30 s ago" in text
    assert "`web-2:42` 1.2.3, up for 0 s, Slack not heard of yet" in text


def test_a_bot_that_was_killed_is_not_well_until_it_has_been_silent_for_long(
    store: Store, settings: Settings
) -> None:
    with copy(settings, AGO, "web-1:41"):
        pass
    reply = status_reply(read_status(store, NOW))
    assert reply.text == (
        ":red_circle: No bot runs on this store: the last one ended without a clean stop, "
        "last sign of life 30 s ago"
    )
    assert reply.exit_code == 1
