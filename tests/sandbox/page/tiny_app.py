"""A small real Bolt app that uses every interaction the page must offer."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import blocks
from bot.sandbox.workspace import AppManifest, Workspace
from bot.sandbox.workspace.seed import OPS

MANIFEST = AppManifest.of(
    {
        "display_information": {"name": "Pitchey Ops", "description": "Runs the platform"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Pitchey Ops"},
            "slash_commands": [
                {
                    "command": "/pitchey",
                    "description": "Operate the platform",
                    "usage_hint": "health | form | restart",
                    "should_escape": True,
                }
            ],
            "shortcuts": [
                {
                    "name": "Open a form",
                    "type": "global",
                    "callback_id": "open_form",
                    "description": "Opens the form",
                },
                {
                    "name": "Repeat this",
                    "type": "message",
                    "callback_id": "repeat",
                    "description": "Says the message again in its thread",
                },
            ],
        },
        "oauth_config": {
            "scopes": {
                "bot": ["commands", "chat:write", "app_mentions:read", "im:history", "im:write"]
            }
        },
        "settings": {
            "interactivity": {"is_enabled": True},
            "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
            "socket_mode_enabled": True,
        },
    }
)

FORM = blocks.modal(
    "form",
    "Declare an incident",
    [
        blocks.field_input("Title", "title", blocks.text_input("text"), hint="One line"),
        blocks.field_input(
            "Severity",
            "severity",
            blocks.select(
                "Choose one", "chosen", [blocks.option("High", "high"), blocks.option("Low", "low")]
            ),
            optional=True,
        ),
    ],
    submit="Declare",
)


def _health(text: str = "healthy") -> dict[str, Any]:
    line = f":white_check_mark: The platform is {text}"
    return {
        "text": line,
        "blocks": [
            blocks.section(line),
            {
                **blocks.actions(
                    blocks.button("Check again", "again"),
                    blocks.button(
                        "Restart",
                        "restart",
                        style="danger",
                        asks=blocks.confirm(
                            "Restart production?", "All sessions end.", "Restart", danger=True
                        ),
                    ),
                    blocks.select(
                        "Environment",
                        "environment",
                        [
                            blocks.option("Production", "production"),
                            blocks.option("Stage", "stage"),
                        ],
                    ),
                ),
                "block_id": "acts",
            },
        ],
    }


def tiny_app(workspace: Workspace) -> AsyncApp:
    client = AsyncWebClient(token=workspace.bot_token, base_url=f"{workspace.base_url}/api/")
    app = AsyncApp(client=client, signing_secret=workspace.signing_secret)

    @app.command("/pitchey")
    async def command(ack: Any, command: Any, respond: Any, client: Any) -> None:
        await ack()
        word = command["text"]
        if word == "form":
            await client.views_open(trigger_id=command["trigger_id"], view=FORM)
        elif word == "public":
            await respond(**_health(), response_type="in_channel")
        elif word == "long":
            await respond(text="\n".join(f"result line {number}" for number in range(80)))
        else:
            await respond(**_health() if word == "health" else {"text": f"You typed: {word}"})

    @app.action("again")
    async def again(ack: Any, respond: Any) -> None:
        await ack()
        await respond(**_health("healthy, checked again"), replace_original=True)

    @app.action("restart")
    async def restart(ack: Any, respond: Any, body: Any) -> None:
        await ack()
        await respond(text=f"Restarted by <@{body['user']['id']}>", replace_original=True)

    @app.action("environment")
    async def environment(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(
            text=f"Environment: {action['selected_option']['value']}", replace_original=False
        )

    @app.view("form")
    async def form(ack: Any, view: Any, client: Any, body: Any) -> None:
        title = view["state"]["values"]["title"]["text"]["value"]
        if len(title) < 4:
            await ack(response_action="errors", errors={"title": "Say a little more"})
            return
        await ack()
        await client.chat_postMessage(
            channel=OPS, text=f"Incident: {title} <@{body['user']['id']}>"
        )

    @app.shortcut("open_form")
    async def open_form(ack: Any, shortcut: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=FORM)

    @app.shortcut("repeat")
    async def repeat(ack: Any, shortcut: Any, client: Any) -> None:
        await ack()
        message = shortcut["message"]
        await client.chat_postMessage(
            channel=shortcut["channel"]["id"],
            text=f"Again: {message['text']}",
            thread_ts=message["ts"],
        )

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        if event["tab"] != "home":
            return
        view = {
            "type": "home",
            "blocks": [blocks.header("Platform at a glance"), blocks.section("*7 of 7* healthy")],
        }
        await client.views_publish(user_id=event["user"], view=view)

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text=f"Hello <@{event['user']}>", thread_ts=event["ts"])

    @app.event("message")
    async def message(event: Any, say: Any) -> None:
        if not event.get("bot_id"):
            await say(f"You wrote: {event['text']}")

    return app
