"""What Slack refuses is sent in another form, then elsewhere, then shown: never dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.observability import Observability
from bot.outbox import Outbox
from bot.sandbox.workspace import GENERAL, OPS
from bot.settings import Settings
from bot.slack_calls import Slack
from bot.store import Store
from tests.outbox.conftest import DeadChannels, Stage
from tests.sandbox.workspace.stage import until

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
BAD = [{"type": "section", "text": {"type": "nonsense", "text": "Hello"}}]


async def test_refused_blocks_are_sent_as_text(stage: Stage, outbox: Outbox) -> None:
    outbox.post(OPS, "The result", BAD, key="k")
    outbox.start()
    await until(lambda: outbox.delivered("k"))
    (message,) = stage.posted(OPS)
    assert (message.text, message.blocks) == ("The result", [])


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("archived", "the channel is archived (is_archived)"),
        ("left", "the bot is not in that channel (not_in_channel)"),
        ("unknown", "it does not exist, or the bot is not in it (channel_not_found)"),
    ],
)
async def test_a_refused_channel_gives_way_to_the_operations_channel(
    stage: Stage, outbox: Outbox, trouble: str, words: str
) -> None:
    channel = stage.channel("C0GONE0001", "gone")
    if trouble == "archived":
        stage.workspace.channels[channel].is_archived = True
    elif trouble == "left":
        stage.workspace.channels[channel].member_ids.clear()
    else:
        del stage.workspace.channels[channel]
    outbox.post(channel, "Approve?", [SECTION], key="k")
    outbox.start()
    await until(lambda: outbox.delivered("k"))
    (message,) = stage.posted(OPS)
    note = f":warning: This should have gone to <#{channel}>: {words}."
    assert message.text == f"{note}\nApprove?"
    assert [block["type"] for block in message.blocks] == ["context", "section"]


@pytest.mark.both_engines
async def test_edits_follow_a_message_that_went_elsewhere(stage: Stage, outbox: Outbox) -> None:
    outbox.post(GENERAL, "Approve?", key="request")
    outbox.post(GENERAL, "Approved", key="decided", update_of="request")
    outbox.start()
    await until(lambda: outbox.delivered("decided"))
    outbox.post(GENERAL, "Done", key="done", update_of="request")
    await until(lambda: outbox.delivered("done"))
    (message,) = stage.posted(OPS)
    assert message.text.endswith("Done")


async def test_an_edit_of_a_deleted_message_is_posted_anew(stage: Stage, outbox: Outbox) -> None:
    outbox.start()
    outbox.post(OPS, "Running", key="a")
    await until(lambda: outbox.delivered("a"))
    stage.workspace.posting.delete(stage.posted(OPS)[0])
    outbox.post(OPS, "Done", key="b", update_of="a")
    await until(lambda: outbox.delivered("b"))
    assert stage.texts(OPS) == ["Done"]


async def test_a_thread_that_is_gone_is_answered_in_the_channel(
    stage: Stage, outbox: Outbox
) -> None:
    outbox.start()
    outbox.post(OPS, "Result", key="a", thread_ts="1234567890.123456")
    await until(lambda: outbox.delivered("a"))
    assert stage.posted(OPS)[0].thread_ts == ""


async def test_what_nobody_takes_is_failed_and_counted_and_can_be_tried_again(
    stage: Stage, store: Store, slack: Slack, settings: Settings
) -> None:
    watched = Observability()
    outbox = Outbox(store, slack, settings, watched)
    ops = stage.workspace.channels[OPS]
    ops.is_archived = True
    outbox.post(GENERAL, "Important", [SECTION], key="k")
    outbox.start()
    await until(lambda: store.outbox.counts().failed)
    (failed,) = store.outbox.failed()
    assert (failed.key, failed.meant_for) == ("k", GENERAL)
    assert failed.problem.startswith("the channel is archived")
    told = watched.exposition().decode()
    assert "pitchey_outbox_failed 1.0" in told
    assert "pitchey_outbox_waiting 0.0" in told
    assert "pitchey_outbox_oldest_seconds" in told
    ops.is_archived = False
    assert store.outbox.retry(datetime.now(UTC)) == 1
    await until(lambda: outbox.delivered("k"))
    assert len(stage.posted(OPS)) == 1
    assert "pitchey_outbox_failed 0.0" in watched.exposition().decode()
    await outbox.aclose(0)


async def test_a_message_that_slack_always_fails_at_goes_elsewhere_while_others_arrive(
    stage: Stage, outbox: Outbox, store: Store
) -> None:
    broken = stage.channel("C0BROKEN01", "broken")
    stage.workspace.rates = DeadChannels(stage.workspace, broken)
    outbox.post(broken, "Important", key="k")
    message = store.outbox.find("k")
    assert message is not None
    store.outbox.begin(message, datetime.now(UTC) - timedelta(minutes=6))
    outbox.post(OPS, "Others arrive", key="other")
    outbox.start()
    await until(lambda: outbox.delivered("k"))
    assert stage.texts(OPS)[1].startswith(
        f":warning: This should have gone to <#{broken}>: Slack fails at this message"
    )


async def test_a_revoked_token_fails_no_message(stage: Stage, outbox: Outbox, store: Store) -> None:
    stage.faults.switch("slack_invalid_auth", True)
    outbox.post(OPS, "Later", key="k")
    outbox.start()
    await until(lambda: stage.workspace.record.calls("chat.postMessage"))

    def problem() -> str:
        found = store.outbox.find("k")
        return found.problem if found else ""

    await until(lambda: "invalid_auth" in problem())
    assert store.outbox.counts().failed == 0
    stage.faults.clear()
    store.outbox.retry(datetime.now(UTC))
    await until(lambda: outbox.delivered("k"))


async def test_a_secret_is_in_no_message_and_no_metadata(
    stage: Stage, outbox: Outbox, settings: Settings
) -> None:
    token = settings.secrets.slack_bot_token
    assert token is not None
    secret = token.get_secret_value()
    outbox.post(OPS, f"It is {secret}", [SECTION], key=f"op:{secret}")
    outbox.start()
    await until(lambda: outbox.delivered(f"op:{secret}"))
    (message,) = stage.posted(OPS)
    assert secret not in repr(message)
