"""Buttons inside cards, carousels and containers are found and pressed like any other."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, OPS, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import Connect, until


def words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": words(label)}


def card(label: str, action_id: str) -> dict[str, Any]:
    return {"type": "card", "title": words(label), "actions": [button(label, action_id)]}


BLOCKS = [
    {**card("In a card", "one"), "block_id": "card"},
    {"type": "carousel", "elements": [card("In a carousel", "two")]},
    {
        "type": "container",
        "title": words("Around"),
        "child_blocks": [
            {"type": "actions", "elements": [button("In a container", "three")]},
            {
                "type": "section",
                "text": words("Beside"),
                "accessory": {
                    "type": "static_select",
                    "action_id": "four",
                    "placeholder": words("Pick"),
                    "options": [{"text": words("A day"), "value": "24h"}],
                },
            },
        ],
    },
]


async def test_presses_reach_the_app(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace, client: AsyncWebClient
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action({"type": "block_actions", "action_id": "one"})
    @app.action({"type": "block_actions", "action_id": "two"})
    @app.action({"type": "block_actions", "action_id": "three"})
    @app.action({"type": "block_actions", "action_id": "four"})
    async def pressed(ack: Any, body: Any) -> None:
        await ack()
        bodies.append(body)

    await connect()
    await client.chat_postMessage(channel=OPS, text="nested", blocks=BLOCKS)
    for label in ("In a card", "In a carousel", "In a container", "A day"):
        await ana.presses(label)
    await until(lambda: len(bodies) == 4)
    actions = [body["actions"][0] for body in bodies]
    assert [one["action_id"] for one in actions] == ["one", "two", "three", "four"]
    assert actions[0]["block_id"] == "card"
    assert all(one["block_id"] for one in actions)
    held = bodies[3]["state"]["values"][actions[3]["block_id"]]["four"]
    assert held["selected_option"]["value"] == "24h"


async def test_every_inner_block_gets_an_id(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=OPS, text="nested", blocks=BLOCKS)
    (message,) = workspace.messages(OPS, ANA)
    inner = [*message.blocks[1]["elements"], *message.blocks[2]["child_blocks"]]
    ids = [one["block_id"] for one in [*message.blocks, *inner]]
    assert len(set(ids)) == len(ids) == 6
    assert "block_id" not in BLOCKS[1]["elements"][0]  # what the app sent is left alone
