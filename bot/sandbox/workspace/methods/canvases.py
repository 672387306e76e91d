"""canvases.*: this workspace has none, as many have; the answer is Slack's."""

from __future__ import annotations

from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal


def create(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/canvases.create"""
    if call.text("channel_id"):
        call.channel("channel_id")
    raise Refusal("canvas_disabled_user_team")


METHODS = (Method("canvases.create", create, 2, ("canvases:write",)),)
