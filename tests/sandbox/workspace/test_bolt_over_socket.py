"""A real Bolt app in Socket Mode, used by people."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.workspace import ANA, BOT, GENERAL, OMAR, OPS, RITA, Workspace
from bot.sandbox.workspace.expectations import Actor
from tests.sandbox.workspace.stage import BUTTON, Connect, until

NOTE = {"type": "section", "text": {"type": "mrkdwn", "text": "*Healthy* now"}}


async def test_slash_command_and_button(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    got: list[dict[str, Any]] = []

    @app.command("/pitchey")
    async def run(ack: Any, command: Any, respond: Any) -> None:
        await ack()
        got.append(command)
        await respond("Healthy", blocks=[NOTE, BUTTON])

    @app.action("again")
    async def again(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        got.append(body)
        await respond("Healthy again", replace_original=True)

    await connect()
    await ana.types("/pitchey health @omar in #ops")
    shown = await ana.sees_message("Healthy now")
    assert shown.ephemeral_to == ANA
    assert workspace.messages(OPS, OMAR) == ()
    assert got[0]["text"] == f"health <@{OMAR}|omar> in <#{OPS}|ops>"
    assert (got[0]["user_name"], got[0]["channel_name"]) == ("ana", "ops")
    await ana.presses("Check again")
    await ana.sees("Healthy again")
    assert [one.id for one in workspace.messages(OPS, ANA)] == [shown.id]
    press = got[1]
    assert press["container"] == {
        "type": "message",
        "message_ts": shown.ts,
        "channel_id": OPS,
        "is_ephemeral": True,
    }
    assert "message" not in press
    assert press["actions"][0]["value"] == "v1"
    assert press["actions"][0]["action_ts"]


async def test_unescaped_command_text(app: AsyncApp, connect: Connect, ana: Actor) -> None:
    texts: list[str] = []

    @app.command("/plain")
    async def run(ack: Any, command: Any) -> None:
        texts.append(command["text"])
        await ack("Done here")

    await connect()
    await ana.types(f"/plain for <@{OMAR}>")
    shown = await ana.sees_message("Done here")
    assert texts == ["for @omar"]
    assert (shown.author_id, shown.ephemeral_to) == (BOT, ANA)


async def test_acknowledgement_shown_in_the_channel(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    @app.command("/pitchey")
    async def run(ack: Any) -> None:
        await ack(text="For all", response_type="in_channel")

    await connect()
    await ana.types("/pitchey")
    await Actor(workspace, RITA).sees("For all")


async def test_commands_slack_does_not_take(ana: Actor, workspace: Workspace) -> None:
    await ana.types("/nothing", refused="unknown_command")
    await ana.sees("not a valid command")
    await ana.types("a thread")
    thread = await ana.sees_message("a thread")
    await ana.at(OPS, thread.ts).types("/pitchey", refused="not_in_threads")
    await ana.sees("not supported in threads")
    await ana.at("C0NOWHERE").types("/pitchey", refused="not_a_member")


async def test_no_acknowledgement_within_three_seconds(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    late = asyncio.Event()

    @app.command("/pitchey")
    async def run(ack: Any) -> None:
        await late.wait()
        await ack()

    await connect()
    typing = asyncio.create_task(ana.types("/pitchey", refused="operation_timeout"))
    await until(lambda: workspace.delivery.sockets.connections[0].waiting)
    workspace.clock.forward(seconds=2.8)
    await asyncio.sleep(0.05)
    assert not typing.done()
    workspace.clock.forward(seconds=0.3)
    await typing
    late.set()
    shown = await ana.sees_message("operation_timeout")
    assert shown.ephemeral_to == ANA
    (entry,) = workspace.record.deliveries("slash_commands")
    assert (entry.error, entry.person_id) == ("timeout", ANA)


async def test_no_app_connected(ana: Actor) -> None:
    await ana.types("/pitchey", refused="dispatch_failed")
    await ana.sees("dispatch_failed")


async def test_mentions_and_subscribed_events_only(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    events: list[dict[str, Any]] = []

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        events.append(event)
        await say("You called", thread_ts=event["ts"])

    for name in ("message", "reaction_added", "member_joined_channel", "app_home_opened"):

        @app.event(name)
        async def other(event: Any) -> None:
            events.append(event)

    await connect()
    await ana.types("@pitchey_ops are you <there> & well?")
    answer = await ana.sees_message("You called")
    mention = next(one for one in events if one["type"] == "app_mention")
    assert mention["text"] == f"<@{BOT}> are you &lt;there&gt; &amp; well?"
    assert answer.thread_ts == mention["ts"]
    await ana.reacts("eyes", answer)
    await ana.opens_home()
    await workspace.act.invite(OMAR, "C0ALERTS01", OMAR)  # a member already
    await workspace.act.invite(ANA, OPS, "U0GUS00001")
    await ana.at(GENERAL).types("@pitchey_ops you are not here")
    await workspace.delivery.settled()
    assert {one["type"] for one in events} == {
        "app_home_opened",
        "app_mention",
        "member_joined_channel",
        "message",
        "reaction_added",
    }
    delivered = [one.arguments["event"] for one in workspace.record.deliveries()]
    assert not [one for one in delivered if one.get("channel") == GENERAL]
    assert len([one for one in delivered if one["type"] == "member_joined_channel"]) == 1
    reaction = next(one for one in events if one["type"] == "reaction_added")
    assert reaction["item"]["ts"] == answer.ts


async def test_message_changed_and_deleted(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    for subtype in (None, "message_changed", "message_deleted"):

        @app.event({"type": "message", "subtype": subtype})
        async def take() -> None:
            """Taken: an event that no listener takes is not acknowledged and comes again."""

    await connect()
    await ana.types("first")
    message = await ana.sees_message("first")
    await workspace.act.edit(ANA, message.id, "second")
    await workspace.act.delete(ANA, message.id)
    await workspace.delivery.settled()
    events = [one.arguments["event"] for one in workspace.record.deliveries("event message")]
    assert [one.get("subtype") for one in events] == [None, "message_changed", "message_deleted"]
    assert events[1]["message"]["text"] == "second"
    assert events[1]["previous_message"]["text"] == "first"
    assert events[2]["deleted_ts"] == message.ts


async def test_modal_from_a_shortcut(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    submitted: list[dict[str, Any]] = []
    view = {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Run it"},
        "submit": {"type": "plain_text", "text": "Run"},
        "blocks": [
            {
                "type": "input",
                "block_id": "line",
                "label": {"type": "plain_text", "text": "Command"},
                "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
            },
            {
                "type": "input",
                "block_id": "where",
                "optional": True,
                "label": {"type": "plain_text", "text": "Where"},
                "element": {
                    "type": "static_select",
                    "action_id": "place",
                    "options": [
                        {"text": {"type": "plain_text", "text": "Production"}, "value": "prod"}
                    ],
                },
            },
        ],
    }

    @app.shortcut("run")
    async def start(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("form")
    async def submit(ack: Any, body: Any) -> None:
        submitted.append(body)
        if body["view"]["state"]["values"]["line"]["text"]["value"] == "bad":
            await ack(response_action="errors", errors={"line": "No such command"})
            return
        await ack()

    await connect()
    await ana.types("broken?")
    message = await ana.sees_message("broken?")
    await ana.starts("run", on=message)
    await ana.sees_modal("Run it")
    outcome = await ana.submits(refused="invalid_input")
    assert outcome.errors == {"line": "Please complete this required field."}
    assert submitted == []
    ana.fills("Command", "x" * 21)
    await ana.submits(refused="invalid_input")
    ana.fills("Command", "bad")
    ana.fills("Where", "prod")
    outcome = await ana.submits(refused="refused_by_app")
    assert outcome.errors == {"line": "No such command"}
    await ana.sees("No such command")
    ana.fills("Command", "health")
    await ana.submits()
    await ana.sees_no_modal()
    state = submitted[-1]["view"]["state"]["values"]
    assert state["line"]["text"] == {"type": "plain_text_input", "value": "health"}
    assert state["where"]["place"]["selected_option"]["value"] == "prod"
    await ana.starts("check", on=message, refused="no_such_shortcut")


async def test_press_twice_is_told_apart_and_response_urls_end(
    app: AsyncApp, connect: Connect, ana: Actor, workspace: Workspace
) -> None:
    urls: list[str] = []

    @app.command("/pitchey")
    async def run(ack: Any, command: Any) -> None:
        await ack()
        urls.append(command["response_url"])

    await connect()
    await ana.types("/pitchey")
    await ana.types("/pitchey")
    await until(lambda: len(urls) == 2)
    webhook = AsyncWebhookClient(urls[0])
    for number in range(5):
        assert (await webhook.send(text=f"part {number}")).status_code == 200
    sixth = await webhook.send(text="part 6")
    assert (sixth.status_code, sixth.body) == (404, '{"ok": false, "error": "used_url"}')
    workspace.clock.forward(minutes=29)
    later = AsyncWebhookClient(urls[1])
    assert (await later.send(text="in time", response_type="in_channel")).status_code == 200
    workspace.clock.forward(minutes=2)
    expired = await later.send(text="too late")
    assert (expired.status_code, "expired_url" in expired.body) == (404, True)
    assert [one.text for one in workspace.messages(OPS, OMAR)] == ["in time"]
