"""Sockets that are cut, refreshed and many: no request is lost."""

from __future__ import annotations

import asyncio

from bot.sandbox.workspace import BOT
from bot.sandbox.workspace.expectations import Actor
from tests.e2e.stage import Stage, only

pytestmark = only("socket")


async def test_commands_while_sockets_are_cut(stage: Stage, ana: Actor) -> None:
    """What Slack could hand over is answered once; what it could not, Slack itself tells."""
    await stage.switch("slack_cut", 2.0)
    taken: list[str] = []
    for number in range(24):
        line = f"/pitchey nothing{number:02}"
        outcome = await stage.workspace.act.slash(ana.person_id, ana.channel_id, line)
        if outcome.ok:
            taken.append(f"nothing{number:02}")
        else:
            assert outcome.error in ("dispatch_failed", "operation_timeout")
        await asyncio.sleep(0.15)
    await stage.switch("slack_cut", on=False)
    assert len(taken) >= 16  # a cut socket is replaced within a second
    for word in taken:
        await ana.sees(f"There is no command {word}.", anytime=True)
    await stage.idle()
    for word in taken:
        told = [one for one in stage.messages(ana.person_id) if f"`{word}`" in one.text]
        assert len(told) == 1, word


async def test_a_mention_during_a_cut_is_delivered_again(stage: Stage, ana: Actor) -> None:
    stage.workspace.delivery.sockets.cut()
    await stage.until(lambda: not stage.workspace.delivery.sockets.connections)
    await ana.types(f"<@{BOT}> health api")
    await stage.until(lambda: stage.workspace.delivery.sockets.connections)
    # Slack tries again after a minute; nobody has to wait for it here.
    stage.workspace.clock.forward(minutes=1)
    await ana.sees("Healthy: 1 of 1")
    await stage.idle()
    assert sum("Healthy" in one.text for one in stage.messages(ana.person_id)) == 1


async def test_a_refresh_asked_for_by_slack(stage: Stage, ana: Actor) -> None:
    sockets = stage.workspace.delivery.sockets
    leaving = sockets.connections[0]
    await sockets.refresh(warn=False)
    await stage.until(lambda: sockets.connections and leaving not in sockets.connections)
    await ana.types("/pitchey help")
    await ana.sees("commands. ")
