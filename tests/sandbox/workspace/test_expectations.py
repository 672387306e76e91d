"""The harness itself: it must fail when people see something else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor


def button(label: str, **more: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": label, "text": text, **more}


async def test_waiting_for_what_does_not_come(ana: Actor) -> None:
    await ana.types("something")
    with pytest.raises(AssertionError, match=r"waited 0.1 s to see 'Healthy'.*\n.*something"):
        await ana.sees("Healthy", within=0.1)
    await ana.never_sees("Healthy", seconds=0.1)
    with pytest.raises(AssertionError, match="saw 'some'"):
        await ana.never_sees("some")


async def test_only_what_is_new_counts(ana: Actor, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=OPS, text="Healthy")
    await ana.types("and now?")
    with pytest.raises(AssertionError):
        await ana.sees("Healthy", within=0.1)
    await ana.sees("Healthy", anytime=True)

    async def later() -> None:
        await asyncio.sleep(0.1)
        await client.chat_postMessage(channel=OPS, text="*Healthy* again")

    posting = asyncio.create_task(later())
    await ana.sees("Healthy again")
    await posting


async def test_blocks_are_what_is_seen(ana: Actor, client: AsyncWebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "shown `here`"}}
    await client.chat_postMessage(channel=OPS, text="only in notifications", blocks=[section])
    await ana.sees("shown here")
    with pytest.raises(AssertionError):
        await ana.sees("notifications", within=0.1)


async def test_confirm_dialogs_are_answered_knowingly(ana: Actor, client: AsyncWebClient) -> None:
    plain = {"type": "plain_text", "text": "Sure?"}
    asks = {"title": plain, "text": plain, "deny": plain, "confirm": plain | {"text": "Roll back"}}
    row = {"type": "actions", "elements": [button("Back", confirm=asks), button("On")]}
    await client.chat_postMessage(channel=OPS, text="x", blocks=[row])
    with pytest.raises(AssertionError, match="asks to confirm with 'Roll back'"):
        await ana.presses("Back")
    with pytest.raises(AssertionError, match="asks to confirm with ''"):
        await ana.presses("On", confirming="Yes")
    await ana.presses("Back", confirming="Roll back", refused="dispatch_failed")


async def test_unexpected_refusals_and_successes_fail(ana: Actor, workspace: Workspace) -> None:
    with pytest.raises(AssertionError, match="dispatch_failed"):
        await ana.types("/pitchey")
    with pytest.raises(AssertionError, match="expected 'no_text', got success"):
        await ana.types("fine", refused="no_text")
    with pytest.raises(AssertionError, match="no modal"):
        await ana.submits()
    assert workspace.people[ANA].real_name == "Ana Lima"


async def test_clock_wakes_who_waits(workspace: Workspace) -> None:
    woken: list[str] = []

    async def wait(name: str, seconds: float) -> None:
        await workspace.clock.sleep(seconds)
        woken.append(name)

    waiting = [asyncio.create_task(wait(name, at)) for name, at in (("a", 60), ("b", 120))]
    await asyncio.sleep(0)
    workspace.clock.forward(minutes=1)
    await asyncio.sleep(0.01)
    assert woken == ["a"]
    workspace.clock.forward(hours=1)
    await asyncio.gather(*waiting)
    assert woken == ["a", "b"]
    assert workspace.clock.ahead.total_seconds() == 3_660


async def test_changes_tell_the_page(workspace: Workspace, client: AsyncWebClient) -> None:
    with workspace.changes() as changes:
        posted = await client.chat_postMessage(channel=OPS, text="x")
        change = await anext(changes)
        assert (change["kind"], change["change"], change["ts"]) == ("message", "new", posted["ts"])
        assert (await anext(changes))["kind"] == "record"
