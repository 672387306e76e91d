"""`/pitchey status`: what the store knows, in words, valid for Slack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.workspace.validation import check_message
from bot.store import OutboxCounts, Run, Store
from handlers.status.operations import read_status, retry_failed
from handlers.status.result import RunningOperation, Status
from handlers.status.views import retry_effect, retry_reply, status_reply
from handlers.status.wording import length

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AGO = NOW - timedelta(seconds=5)
RUN = Run(7, "0.1.0", "socket", NOW - timedelta(hours=26), AGO, AGO, None)
WELL = Status(NOW, "0.1.0", RUN, "", OutboxCounts(0, 0), (), "", (), 1204, "3fa2b1c09d4e77")


def shown(status: Status) -> str:
    reply = status_reply(status)
    assert check_message({"text": reply.text, "blocks": reply.blocks}) == ()
    return "\n".join(
        [reply.text, *(block["text"]["text"] for block in reply.blocks if "text" in block)]
    )


def test_well() -> None:
    text = shown(WELL)
    assert text.startswith(":white_check_mark: The bot is well, up for 1 day 2 h")
    assert "last contact 5 s ago, warning above 60 s" in text
    assert "Outbox* empty: every message has arrived" in text
    assert "1,204 entries, head `3fa2b1c09d4e`" in text
    assert status_reply(WELL).exit_code == 0


def test_messages_that_wait_say_when_they_are_tried_next() -> None:
    waiting = OutboxCounts(3, 0, NOW - timedelta(minutes=4), NOW + timedelta(seconds=40))
    text = shown(replace(WELL, outbox=waiting, waiting_for="Slack does not answer"))
    assert "3 messages not delivered, retrying: next try in 40 s" in text
    assert "(Slack does not answer); the oldest is 4 min old" in text


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (None, "never served Slack"),
        (replace(RUN, ended_at=NOW), "is not running: it was stopped"),
        (replace(RUN, heartbeat_at=NOW - timedelta(minutes=3)), "no sign of life for 3 min"),
        (replace(RUN, contact_at=NOW - timedelta(minutes=3)), "not been heard of for too long"),
    ],
)
def test_what_is_wrong_comes_first(run: Run | None, words: str) -> None:
    assert words in status_reply(replace(WELL, run=run)).text
    assert status_reply(replace(WELL, run=run)).exit_code == 1


def test_silence_over_http_is_no_warning() -> None:
    quiet = replace(RUN, transport="http", contact_at=NOW - timedelta(hours=3))
    assert status_reply(replace(WELL, run=quiet)).exit_code == 0


def test_a_store_that_cannot_be_written() -> None:
    text = shown(replace(WELL, store_problem="The disk of the store is full."))
    assert text.startswith(":red_circle: The bot cannot record anything: The disk")


def test_running_operations_are_named() -> None:
    running = RunningOperation("o", "cache purge", "cdn", "ana", AGO, "Purging")
    assert "• `cache purge` by ana for 5 s, Purging" in shown(replace(WELL, operations=(running,)))


def test_failed_messages_can_be_tried_again(store: Store) -> None:
    for number in range(7):
        store.outbox.add("C0GONE0001", f"Result *{number}* <!here>", [], f"k{number}", now=NOW)
        message = store.outbox.find(f"k{number}")
        assert message is not None
        store.outbox.fail(message, "the channel is archived (is_archived)")
    store.runs.begin("0.1.0", "socket", NOW)
    status = read_status(store, NOW)
    text = shown(status)
    assert text.startswith(":warning: 7 messages could not be delivered: Slack refused them")
    assert "to <#C0GONE0001>: the channel is archived (is\\_archived)".replace("\\", "") in text
    assert "<!here>" not in text
    assert "and 2 more" in text
    labels = [element["text"]["text"] for element in status_reply(status).blocks[-1]["elements"]]
    assert labels == ["Try again now", "Look again"]
    assert retry_failed(store, NOW) == 7
    assert store.outbox.counts().waiting == 7


def test_retry_says_how_many() -> None:
    assert "3 failed messages will be tried again" in retry_reply(3).text
    assert "No message had failed" in retry_reply(0).text


def test_the_plan_counts_what_it_would_send() -> None:
    effect = "sends 1 failed message again, and tries 3 waiting ones at once."
    assert retry_effect(OutboxCounts(3, 1)) == effect


def test_lengths() -> None:
    assert [length(each) for each in (-1, 0.4, 40, 250, 3_600, 90_000, 172_800)] == [
        "0 s", "0 s", "40 s", "4 min 10 s", "1 h", "1 day 1 h", "2 days",
    ]  # fmt: skip
