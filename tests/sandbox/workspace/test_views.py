"""Modals and the Home tab: triggers, the stack of three, hashes, response actions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import ANA, OMAR, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import Connect, until, without


def modal(title: str, **more: Any) -> dict[str, Any]:
    block = {
        "type": "input",
        "block_id": "note",
        "optional": True,
        "label": {"type": "plain_text", "text": "Note"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    button = {
        "type": "actions",
        "block_id": "more",
        "elements": [
            {
                "type": "button",
                "action_id": "push",
                "text": {"type": "plain_text", "text": "More"},
            }
        ],
    }
    return {
        "type": "modal",
        "callback_id": title,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [block, button],
    } | more


def home(text: str) -> dict[str, Any]:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {"type": "home", "blocks": [section]}


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def test_trigger_ids(workspace: Workspace, client: AsyncWebClient) -> None:
    trigger = workspace.triggers.issue(ANA)
    bad = modal("A title that is far too long for it")
    assert await error_of(client.views_open(trigger_id=trigger, view=bad)) == "invalid_arguments"
    view = modal("One")
    await client.views_open(trigger_id=trigger, view=view)
    error = await error_of(client.views_open(trigger_id=trigger, view=view))
    assert error == "exchanged_trigger_id"
    late = workspace.triggers.issue(ANA)
    workspace.clock.forward(seconds=3.1)
    assert await error_of(client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"


async def test_invalid_view_says_where(workspace: Workspace, client: AsyncWebClient) -> None:
    view = modal("One", blocks=[{"type": "divider", "unknown": 1}])
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=view)
    messages = refused.value.response["response_metadata"]["messages"]
    assert "[json-pointer:/view/blocks/0" in messages[0]


async def test_stack_of_three(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    errors: list[str] = []

    @app.shortcut("check")
    async def start(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("One"))

    @app.action("push")
    async def push(ack: Any, client: Any, body: Any) -> None:
        await ack()
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
        assert "response_url" not in body
        try:
            depth = len(workspace.views_open(ANA)) + 1
            await client.views_push(trigger_id=body["trigger_id"], view=modal(f"View {depth}"))
        except SlackApiError as refused:
            errors.append(refused.response["error"])

    await connect()
    await ana.starts("check")
    await ana.sees_modal("One")
    await ana.presses("More")
    second = await ana.sees_modal("View 2")
    await ana.presses("More")
    third = await ana.sees_modal("View 3")
    assert third.previous_view_id == second.id
    assert third.root_view_id == workspace.views_open(ANA)[0].id
    await ana.presses("More")
    await ana.sees("Note", anytime=True)
    await until(lambda: errors)
    assert errors == ["push_limit_reached"]
    await ana.closes()
    assert len(workspace.views_open(ANA)) == 2
    await ana.closes(whole_stack=True)
    assert workspace.views_open(ANA) == ()


async def test_push_needs_an_act_in_a_modal(workspace: Workspace, client: AsyncWebClient) -> None:
    trigger = workspace.triggers.issue(ANA)
    error = await error_of(client.views_push(trigger_id=trigger, view=modal("Two")))
    assert error == "invalid_trigger_id"


async def test_update_keeps_what_was_entered_and_minds_the_hash(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    trigger = workspace.triggers.issue(ANA)
    view = modal("One", external_id="mine")
    opened = (await client.views_open(trigger_id=trigger, view=view))["view"]
    await workspace.act.press(ANA, opened["id"], "note", "text", "draft")
    updated = await client.views_update(
        external_id="mine", hash=opened["hash"], view=modal("Two", external_id="mine")
    )
    assert updated["view"]["state"]["values"]["note"]["text"]["value"] == "draft"
    error = await error_of(
        client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)
    )
    assert error == "hash_conflict"
    assert await error_of(client.views_update(view_id="V0", view=view)) == "not_found"
    again = workspace.triggers.issue(ANA)
    assert await error_of(client.views_open(trigger_id=again, view=view)) == (
        "duplicate_external_id"
    )


async def test_response_actions(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace, client: AsyncWebClient
) -> None:
    closed: list[dict[str, Any]] = []

    @app.view("One")
    async def one(ack: Any) -> None:
        await ack(response_action="push", view=modal("Two"))

    @app.view("Two")
    async def two(ack: Any) -> None:
        await ack(response_action="update", view=modal("Three", notify_on_close=True))

    @app.view("Three")
    async def three(ack: Any) -> None:
        await ack(response_action="clear")

    @app.view("Wrong")
    async def wrong(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "x"})

    @app.view_closed("Three")
    async def gone(ack: Any, body: Any) -> None:
        await ack()
        closed.append(body)

    await connect()
    await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=modal("One"))
    await ana.submits()
    await ana.sees_modal("Two")
    await ana.submits()
    await ana.sees_modal("Three")
    assert len(workspace.views_open(ANA)) == 2
    await ana.submits()
    await ana.sees_no_modal()
    await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=modal("Wrong"))
    await ana.submits(refused="invalid_errors")
    three_again = modal("Three", notify_on_close=True)
    await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=three_again)
    await ana.closes()
    assert closed[0]["is_cleared"] is False
    assert (await workspace.act.submit(OMAR, closed[0]["view"]["id"])).error == "no_such_view"


async def test_submission_that_is_not_acknowledged(
    connect: Connect, ana: Actor, workspace: Workspace, client: AsyncWebClient
) -> None:
    await connect()
    await client.views_open(trigger_id=workspace.triggers.issue(ANA), view=modal("One"))
    submitting = asyncio.create_task(ana.submits(refused="operation_timeout"))
    await asyncio.sleep(0.1)
    workspace.clock.forward(seconds=3.1)
    outcome = await submitting
    assert "trouble connecting" in outcome.message
    assert len(workspace.views_open(ANA)) == 1


async def test_home_tab(workspace: Workspace, client: AsyncWebClient, ana: Actor) -> None:
    published = (await client.views_publish(user_id=ANA, view=home("*Welcome* Ana")))["view"]
    await ana.sees("Welcome Ana")
    assert workspace.home(OMAR) is None
    again = await client.views_publish(user_id=ANA, hash=published["hash"], view=home("Second"))
    assert again["view"]["id"] == published["id"]
    stale = client.views_publish(user_id=ANA, hash=published["hash"], view=home("Third"))
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_publish(user_id=ANA, view=modal("One"))) == (
        "invalid_arguments"
    )
    assert await error_of(client.views_publish(user_id="U0", view=home("x"))) == "user_not_found"


async def test_commands_and_shortcuts_need_their_scope(workspace: Workspace, ana: Actor) -> None:
    without(workspace, "commands")
    assert (workspace.commands, workspace.shortcuts) == ((), ())
    await ana.types("/pitchey", refused="unknown_command")
    await ana.starts("check", refused="no_such_shortcut")
