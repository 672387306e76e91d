"""api.test, auth.test, apps.connections.open: who is calling, and how it is reached."""

from __future__ import annotations

from bot.sandbox.workspace import seed
from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal


def api_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/api.test"""
    if call.text("error"):
        raise Refusal(call.text("error"), args=call.arguments)
    return {"args": call.arguments} if call.arguments else {}


def auth_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    return {
        "url": f"{call.workspace.base_url}/",
        "team": seed.TEAM_NAME,
        "user": call.workspace.people[seed.BOT].name,
        "team_id": seed.TEAM_ID,
        "user_id": seed.BOT,
        "bot_id": seed.BOT_ID,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    return {"url": call.workspace.delivery.sockets.new_address()}


METHODS = (
    Method("api.test", api_test, 4),
    Method("auth.test", auth_test, 4),
    Method("apps.connections.open", connections_open, 1, app_token=True),
)
