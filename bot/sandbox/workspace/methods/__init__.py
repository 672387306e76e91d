"""The methods of the Web API, and the way every call of one goes."""

from __future__ import annotations

import inspect

from bot.sandbox.workspace.calls import Call, Method
from bot.sandbox.workspace.methods import (
    canvases,
    channels,
    chat,
    connection,
    conversations,
    files,
    marks,
    people,
    views,
)
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal

METHODS: dict[str, Method] = {
    method.name: method
    for module in (canvases, channels, chat, connection, conversations, files, marks, people, views)
    for method in module.METHODS
}


async def answer(call: Call, token: str) -> Json:
    """Token, rate limit, scopes, then the method itself; Refusal with Slack's error code."""
    method = METHODS.get(call.method)
    if method is None:
        raise Refusal("unknown_method", req_method=call.method)
    if call.method != "api.test":
        authenticate(call, method, token)
    call.workspace.rates.call(method.name, method.tier)
    if method.scopes:
        call.needs(*method.scopes)
    result = method.run(call)
    found = await result if inspect.isawaitable(result) else result
    return {"ok": True, **found}


def authenticate(call: Call, method: Method, token: str) -> None:
    """not_authed, invalid_auth, or not_allowed_token_type for the other kind of token."""
    if not token:
        raise Refusal("not_authed")
    if token not in (call.workspace.bot_token, call.workspace.app_token):
        raise Refusal("invalid_auth")
    if (token == call.workspace.app_token) != method.app_token:
        raise Refusal("not_allowed_token_type")
