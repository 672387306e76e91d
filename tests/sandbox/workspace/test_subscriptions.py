"""Events reach the app only where the manifest subscribes to them and its scopes allow them."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.workspace import ANA, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import without


async def delivered(workspace: Workspace) -> list[str]:
    """The events that were tried; with no app connected each is given up in the end."""
    for _ in range(3):
        workspace.clock.forward(minutes=6)
        try:
            await workspace.delivery.settled(0.2)
        except TimeoutError:
            continue
    await workspace.delivery.settled()
    return sorted({one.name for one in workspace.record.deliveries()})


async def test_without_a_subscription(workspace: Workspace, ana: Actor) -> None:
    workspace.manifest = replace(workspace.manifest, events=("app_mention",))
    await ana.types("@pitchey_ops hello")
    await ana.reacts("eyes", await ana.sees_message("hello"))
    await ana.opens_home()
    assert await delivered(workspace) == ["event app_mention"]


async def test_without_the_scope(workspace: Workspace, ana: Actor) -> None:
    without(workspace, "app_mentions:read", "channels:history")
    await ana.types("@pitchey_ops hello")
    await ana.reacts("eyes", await ana.sees_message("hello"))
    assert await delivered(workspace) == ["event reaction_added"]


async def test_direct_messages_and_tabs_that_are_off(workspace: Workspace, ana: Actor) -> None:
    await ana.at(workspace.direct(ANA).id).types("hello")
    assert await delivered(workspace) == ["event message"]
    event = workspace.record.deliveries()[0].arguments["event"]
    assert event["channel_type"] == "im"
    workspace.manifest = replace(workspace.manifest, messages_read_only=True, home_tab=False)
    await ana.at(workspace.direct(ANA).id).types("hello?", refused="messages_tab_disabled")
    assert (await workspace.act.open_home(ANA)).error == "not_enabled"


async def test_interactivity_that_is_off(workspace: Workspace, ana: Actor) -> None:
    workspace.manifest = replace(workspace.manifest, interactive=False)
    await ana.starts("check", refused="interactivity_disabled")
    assert workspace.messages(OPS, ANA) == ()
