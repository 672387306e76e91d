"""Selects, menus and inputs: their state in payloads, and options that the app offers."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, OPS, Workspace, elements
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import Connect, until


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def option(words: str, value: str) -> dict[str, Any]:
    return {"text": text(words), "value": value}


async def test_select_and_menu_in_a_message(
    app: AsyncApp,
    connect: Connect,
    ana: Actor,
    workspace: Workspace,
    client: AsyncWebClient,
) -> None:
    bodies: list[dict[str, Any]] = []

    @app.action({"block_id": "row"})
    async def chosen(ack: Any, body: Any) -> None:
        await ack()
        bodies.append(body)

    await connect()
    row = {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "static_select",
                "action_id": "window",
                "placeholder": text("Since"),
                "options": [option("An hour", "1h"), option("A day", "24h")],
                "initial_option": option("An hour", "1h"),
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Export", "export"), option("Share", "share")],
            },
        ],
    }
    posted = await client.chat_postMessage(channel=OPS, text="Metrics", blocks=[row])
    await ana.presses("A day")
    await ana.presses("Share")
    await until(lambda: len(bodies) == 2)
    assert bodies[0]["actions"][0]["selected_option"]["value"] == "24h"
    assert bodies[0]["state"]["values"]["row"]["window"]["selected_option"]["value"] == "24h"
    assert bodies[1]["actions"][0]["selected_option"]["value"] == "share"
    assert bodies[1]["state"]["values"] == {
        "row": {"window": {"type": "static_select", "selected_option": option("An hour", "1h")}}
    }
    message = workspace.message_at(OPS, posted["ts"])
    assert message is not None
    wrong = await workspace.act.press(ANA, message.id, "row", "window", "1y")
    assert wrong.error == "no_such_option"


async def test_external_select_asks_the_app(
    app: AsyncApp, connect: Connect, workspace: Workspace, client: AsyncWebClient
) -> None:
    typed: list[str] = []

    @app.options("runbook")
    async def offer(ack: Any, payload: Any) -> None:
        typed.append(payload["value"])
        await ack(options=[option("Restart the API", "restart")])

    await connect()
    view = {
        "type": "modal",
        "callback_id": "x",
        "title": text("Pick"),
        "submit": text("Go"),
        "blocks": [
            {
                "type": "input",
                "block_id": "pick",
                "label": text("Runbook"),
                "element": {
                    "type": "external_select",
                    "action_id": "runbook",
                    "min_query_length": 0,
                },
            }
        ],
    }
    opened = await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=view)
    view_id = opened["view"]["id"]
    offered = await workspace.act.options(ANA, view_id, "pick", "runbook", "rest")
    assert (typed, offered[0]["value"]) == (["rest"], "restart")
    await workspace.act.press(ANA, view_id, "pick", "runbook", "restart")  # entered, not told
    held = workspace.views_open(ANA)[0].values["pick"]["runbook"]
    assert held["selected_option"]["text"]["text"] == "Restart the API"
    assert workspace.record.deliveries("block_actions") == ()


@pytest.mark.parametrize(
    ("element", "chosen", "problem"),
    [
        ({"type": "email_text_input"}, "ana", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "ftp:x", "Please enter a valid URL."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "valid number"),
        ({"type": "number_input", "max_value": "5"}, "6", "at most 5"),
        ({"type": "number_input", "min_value": "5"}, "4", "at least 5"),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "multi_users_select", "max_selected_items": 1}, [ANA, "U2"], "at most 1"),
        ({"type": "users_select"}, None, elements.REQUIRED),
        ({"type": "users_select"}, ANA, ""),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", ""),
        ({"type": "datetimepicker"}, "1700000000", ""),
    ],
)
def test_what_slacks_own_client_refuses(element: dict[str, Any], chosen: Any, problem: str) -> None:
    found = elements.problem({"element": element}, elements.state(element, chosen))
    assert problem in found
    assert bool(found) == bool(problem)


async def test_names_in_threads_and_replies_to_replies(ana: Actor, workspace: Workspace) -> None:
    await ana.types("parent")
    parent = await ana.sees_message("parent")
    await ana.at(OPS, parent.ts).types("@omar look & see #ops")
    reply = workspace.messages(OPS, ANA, parent.ts)[-1]
    assert reply.text == "<@U0OMAR0001> look &amp; see <#C0OPS00001|ops>"
    await ana.at(OPS, reply.ts).types("to the reply")
    assert [one.thread_ts for one in workspace.messages(OPS, ANA, parent.ts)] == [parent.ts] * 3
    await ana.sees("@omar look & see", anytime=True)


async def test_files_of_people_reach_the_app_with_its_token_only(
    ana: Actor, workspace: Workspace, client: AsyncWebClient
) -> None:
    await ana.types("the log", files=(("error.log", b"boom"),))
    message = await ana.sees_message("the log")
    file = (await client.files_info(file=message.files[0]))["file"]
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {workspace.bot_token}"}
        async with session.get(file["url_private"], headers=headers) as answer:
            assert await answer.read() == b"boom"
        async with session.get(file["url_private"], allow_redirects=False) as answer:
            assert answer.status == 302
