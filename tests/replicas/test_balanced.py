"""Deliveries by HTTP to several copies: each worked on once, also where a copy hangs or dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import httpx

from bot.sandbox.workspace import ANA, BOT, OPS
from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.world import World
from tests.replicas.notes import INCIDENT, Notes, eventually, looked_at


async def test_what_slack_sends_again_is_not_done_again(several: World, notes: Notes) -> None:
    """A copy that hangs: Slack gives up after three seconds, and tries another one."""
    ana, hung = Actor(several.workspace, ANA, OPS), several.bot.pid
    names = [f"again-{number}" for number in range(3)]
    os.kill(hung, signal.SIGSTOP)
    try:
        for name in names:  # in turn: one of the three copies is the hung one
            await ana.types(f"<@{BOT}> incident note {name} --incident {INCIDENT}")
        assert several.balancer is not None
        await several.balancer.sees(2)
        several.workspace.clock.forward(seconds=3)
        try:
            await several.workspace.delivery.settled(within=5)
        except TimeoutError:  # on a busy machine the second try met it, too; the third is later
            several.workspace.clock.forward(minutes=1)
            await several.workspace.delivery.settled()
    finally:
        os.kill(hung, signal.SIGCONT)
    mentions = several.workspace.record.deliveries("event app_mention")
    assert any(entry.attempt for entry in mentions)
    with looked_at(several) as store:
        await eventually(lambda: not store.deliveries.unfinished(), 120)
        noted = [entry.text for entry in store.timeline.page(INCIDENT, limit=500, kinds=("note",))]
    assert sorted(text for text in noted if text in names) == names
    await several.balancer.sees(3)


async def test_what_slack_gave_up_on_is_not_done_once_the_copy_goes_on(
    several: World, notes: Notes
) -> None:
    """The person was told that it failed, and may have done it again by another copy."""
    hung, balancer = several.bot, several.balancer
    assert balancer is not None
    balancer.avoided = {int(each.own["PORT"]) for each in several.copies}
    os.kill(hung.pid, signal.SIGSTOP)
    try:
        refused = await asyncio.gather(*(notes.type(f"late-{number}") for number in range(3)))
        balancer.avoided = {int(hung.own["PORT"])}
        assert await notes.type("late-3")
    finally:
        os.kill(hung.pid, signal.SIGCONT)
        balancer.avoided = set()
    assert refused == [False, False, False]
    for number in range(3):
        await eventually(lambda name=f"late-{number}": notes.answers(name), 120)  # type: ignore[misc]
    account = await notes.account()
    assert account.refused_done == [], [notes.story(name) for name in account.refused_done]
    assert "late-3" in account.done
    await balancer.sees(3)
    assert all("Nothing was done" in notes.answers(f"late-{number}")[0] for number in range(3))


async def test_a_copy_killed_under_load_costs_what_it_had_in_hand_and_no_more(
    several: World, notes: Notes
) -> None:
    stop = asyncio.Event()
    typing = asyncio.create_task(notes.keep_typing(10.0, stop, "kill"))
    await asyncio.sleep(1.5)
    await several.bot.kill()
    await asyncio.sleep(1.5)
    stop.set()
    await typing
    await several.bot.start("http", several.environment, lambda _: None)
    account = await notes.account()
    assert (account.lost, account.doubled, account.contradicted) == ([], [], []), [
        notes.story(name) for name in (*account.lost, *account.contradicted)
    ]
    cut = [name for name in account.refused if name.startswith("kill-")]
    # A connection that is refused goes to the next copy; only what it had taken is lost to Slack.
    assert len(cut) <= 3, [notes.story(name) for name in cut]


async def test_a_notification_that_comes_to_two_copies_is_one_alert(several: World) -> None:
    body = {
        "name": "HTTP DDoS Attack",
        "text": "An attack",
        "ts": int(time.time()),
        "account_id": several.account.id,
        "policy_id": "p",
        "alert_type": "dos_attack_l7",
        "alert_correlation_id": "tie",
        "alert_event": "ALERT_STATE_EVENT_START",
    }
    url = f"http://127.0.0.1:{several.bot_port}/webhooks/cloudflare"
    headers = {"cf-webhook-auth": several.webhook_secret}
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        answers = await asyncio.gather(
            *(client.post(url, json=body, headers=headers) for _ in range(4))
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert set(codes) <= {200, 409}
    with looked_at(several) as store:
        alerts = [each for each in store.alerts.open() if "DDoS" in each.problem.title]
    assert len(alerts) == 1
    await Actor(several.workspace, ANA, "C0ALERTS01").sees("DDoS", anytime=True)
    shown = [
        message.text
        for message in several.workspace.everything("C0ALERTS01", ANA)
        if "DDoS" in message.text
    ]
    assert len(shown) == 1, shown
