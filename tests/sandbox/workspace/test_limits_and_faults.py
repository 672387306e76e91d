"""Rate limits, and the switches that break Slack on purpose."""

from __future__ import annotations

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot import manifest
from bot.sandbox.faults import Faults
from bot.sandbox.scope_faults import SCOPE_FAULTS, missing_scopes
from bot.sandbox.workspace import ALERTS, ANA, OPS, Workspace
from bot.sandbox.workspace.rates import MESSAGE_BURST


async def refused(client: AsyncWebClient, channel: str = OPS) -> SlackApiError:
    with pytest.raises(SlackApiError) as found:
        await client.chat_postMessage(channel=channel, text="x")
    return found.value


async def test_one_message_a_second_in_a_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    for _ in range(MESSAGE_BURST):
        await client.chat_postMessage(channel=OPS, text="x")
    error = await refused(client)
    assert error.response.status_code == 429
    assert error.response["error"] == "ratelimited"
    assert error.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel=ALERTS, text="another channel")
    workspace.clock.forward(seconds=1)
    await client.chat_postMessage(channel=OPS, text="x")
    assert len(workspace.messages(OPS, ANA)) == MESSAGE_BURST + 1


async def test_the_sdk_waits_and_tries_again(workspace: Workspace, client: AsyncWebClient) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    for _ in range(MESSAGE_BURST + 1):
        await client.chat_postMessage(channel=OPS, text="x")
    errors = [one.error for one in workspace.record.calls("chat.postMessage")]
    assert errors == [""] * MESSAGE_BURST + ["ratelimited", ""]


async def test_tier_of_a_method(workspace: Workspace, client: AsyncWebClient) -> None:
    for _ in range(20):  # tier 2
        await client.users_list()
    with pytest.raises(SlackApiError) as found:
        await client.users_list()
    assert 55 <= int(found.value.response.headers["Retry-After"]) <= 60
    await client.users_info(user=ANA)  # counted for itself
    workspace.clock.forward(seconds=61)
    await client.users_list()
    workspace.rates.enforced = False
    for _ in range(25):
        await client.users_list()


async def test_rate_limit_fault(client: AsyncWebClient, faults: Faults) -> None:
    faults.switch("slack_rate_limited", True)
    error = await refused(client)
    assert (error.response.status_code, error.response.headers["Retry-After"]) == (429, "1")
    faults.switch("slack_rate_limited", True, 0.0)  # this share of calls: none
    faults.clear()
    await client.chat_postMessage(channel=OPS, text="x")


async def test_server_errors_fault(
    workspace: Workspace, client: AsyncWebClient, faults: Faults
) -> None:
    faults.switch("slack_errors", True)
    assert (await refused(client)).response.status_code == 500
    client.retry_handlers.append(AsyncServerErrorRetryHandler())
    await refused(client)
    assert len(workspace.record.calls("chat.postMessage")) == 3
    url = workspace.responses.issue(ANA, OPS)
    async with aiohttp.ClientSession() as session, session.post(url, json={"text": "x"}) as answer:
        assert answer.status == 500


async def test_revoked_token_fault(client: AsyncWebClient, faults: Faults) -> None:
    faults.switch("slack_invalid_auth", True)
    assert (await refused(client)).response["error"] == "invalid_auth"


async def test_slow_fault(client: AsyncWebClient, faults: Faults) -> None:
    faults.switch("slack_slow", True, 0.3)
    began = time.monotonic()
    await client.auth_test()
    assert time.monotonic() - began >= 0.3


async def test_a_scope_is_taken_away_and_given_back(
    workspace: Workspace, client: AsyncWebClient, faults: Faults
) -> None:
    faults.switch("scope_chat_write", True)
    error = await refused(client)
    assert error.response["error"] == "missing_scope"
    assert error.response["needed"] == "chat:write"
    assert "chat:write" not in error.response["provided"].split(",")
    assert "chat:write" not in error.response.headers["x-oauth-scopes"].split(",")
    faults.switch("scope_chat_write", False)
    await client.chat_postMessage(channel=OPS, text="x")


def test_every_scope_that_can_be_taken_is_one_that_the_app_asks_for() -> None:
    asked = set(manifest.scopes(manifest.load()))
    faults = Faults()
    for fault in SCOPE_FAULTS:
        faults.switch(fault.name, True)
    assert missing_scopes(faults) <= asked
    assert len(missing_scopes(faults)) == len(SCOPE_FAULTS)
