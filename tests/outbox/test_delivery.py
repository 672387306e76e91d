"""Messages arrive, in order, once: over the real workspace server and its faults."""

from __future__ import annotations

import time

from bot.outbox import Outbox
from bot.sandbox.workspace import OPS
from bot.store import Store
from tests.outbox.conftest import DeadChannels, Stage
from tests.sandbox.workspace.stage import until


async def test_a_message_is_stored_first_and_then_arrives(
    stage: Stage, outbox: Outbox, store: Store
) -> None:
    outbox.post(OPS, "Deployed", [{"type": "divider"}], key="d:1")
    assert store.outbox.counts().waiting == 1
    assert outbox.delivered("d:1") is None
    outbox.start()
    await until(lambda: outbox.delivered("d:1"))
    (message,) = stage.posted(OPS)
    assert (message.text, message.ts) == ("Deployed", outbox.delivered("d:1"))
    assert message.metadata == {"event_type": "pitchey_outbox", "event_payload": {"key": "d:1"}}
    assert store.outbox.counts().undelivered == 0


async def test_the_same_key_twice_is_one_message(stage: Stage, outbox: Outbox) -> None:
    outbox.start()
    outbox.post(OPS, "First", key="k")
    outbox.post(OPS, "Second", key="k")
    await until(lambda: outbox.delivered("k"))
    outbox.post(OPS, "Third", key="k")
    outbox.post(OPS, "Last", key="l")
    await until(lambda: outbox.delivered("l"))
    assert stage.texts(OPS) == ["First", "Last"]


async def test_a_name_and_its_id_are_one_channel(stage: Stage, outbox: Outbox) -> None:
    for number in range(6):
        outbox.post("#ops" if number % 2 else OPS, f"m{number}", key=f"k{number}")
    outbox.start()
    await until(lambda: len(stage.posted(OPS)) == 6)
    assert stage.texts(OPS) == [f"m{number}" for number in range(6)]


async def test_an_update_edits_the_earlier_message_in_order(stage: Stage, outbox: Outbox) -> None:
    outbox.post(OPS, "Approve?", [{"type": "divider"}], key="op:request")
    outbox.post(OPS, "Approved", key="op:approved", update_of="op:request")
    outbox.post(OPS, "Done", key="op:done", update_of="op:approved")
    outbox.start()
    await until(lambda: outbox.delivered("op:done"))
    (message,) = stage.posted(OPS)
    assert message.text == "Done"
    assert outbox.delivered("op:done") == outbox.delivered("op:request") == message.ts


async def test_a_thread_is_kept(stage: Stage, outbox: Outbox) -> None:
    outbox.start()
    outbox.post(OPS, "Parent", key="p")
    await until(lambda: outbox.delivered("p"))
    outbox.post(OPS, "Reply", key="r", thread_ts=str(outbox.delivered("p")))
    await until(lambda: outbox.delivered("r"))
    assert stage.posted(OPS)[1].thread_ts == outbox.delivered("p")


async def test_at_most_a_message_a_second_after_a_burst(stage: Stage, outbox: Outbox) -> None:
    for number in range(6):
        outbox.post(OPS, f"m{number}", key=f"k{number}")
    began = time.monotonic()
    outbox.start()
    await until(lambda: len(stage.posted(OPS)) == 6)
    assert time.monotonic() - began > 2.8
    assert stage.workspace.record.calls("chat.postMessage")[-1].error == ""
    assert len(stage.workspace.record.calls("chat.postMessage")) == 6


async def test_a_dead_channel_holds_nobody_up(stage: Stage, outbox: Outbox, store: Store) -> None:
    dead = stage.channel("C0DEAD0001", "dead")
    for number in range(3):
        outbox.post(dead, f"dead{number}", key=f"dead{number}")
        outbox.post(OPS, f"live{number}", key=f"live{number}")

    stage.workspace.rates = DeadChannels(stage.workspace, dead)
    outbox.start()
    await until(lambda: outbox.delivered("live2"))
    assert stage.texts(OPS) == ["live0", "live1", "live2"]
    assert store.outbox.counts().waiting == 3


async def test_hundred_messages_over_five_channels_with_faults(
    stage: Stage, fast_outbox: Outbox, store: Store
) -> None:
    channels = [stage.channel(f"C0MANY000{number}", f"many{number}") for number in range(5)]
    stage.workspace.rates.enforced = False
    stage.faults.switch("slack_rate_limited", True, 30)
    stage.faults.switch("slack_errors", True, 30)
    stage.faults.switch("slack_cut", True, 1)
    for number in range(100):
        fast_outbox.post(channels[number % 5], f"m{number}", key=f"k{number}")
    fast_outbox.start()
    await until(lambda: store.outbox.counts().waiting == 0, within=120)
    stage.faults.clear()
    for index, channel in enumerate(channels):
        assert stage.texts(channel) == [f"m{number}" for number in range(index, 100, 5)]
    assert store.outbox.counts().failed == 0
    assert {entry.error for entry in stage.workspace.record.calls("chat.postMessage")} == {
        "", "ratelimited", "internal_error",
    }  # fmt: skip
