"""Calls to Slack: its failures in our words, and a smaller form where a block is refused."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.errors import OpsError, Unreachable
from bot.slack_refusals import HINTS, SlackRefused

log = logging.getLogger(__name__)
_NETWORK = (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError)
# Slack's answers to blocks it does not take; the text still carries the result.
BLOCKS_REFUSED = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"}
)
_PAUSES = (0.5, 1.0, 2.0)  # seconds until a response_url is used again after an HTTP 5xx


class Slack:
    """The connection to one workspace: a pooled session, Slack's retries, errors in our words.

    Made inside a running event loop; `aclose` ends its session.
    """

    def __init__(
        self, token: str, base_url: str, *, timeout: float = 20, tls: ssl.SSLContext | None = None
    ) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout))
        self._tls = tls
        self.web = AsyncWebClient(
            token=token,
            base_url=base_url,
            session=self._session,
            ssl=tls,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(max_retry_count=3),
                AsyncServerErrorRetryHandler(max_retry_count=2),
            ],
        )

    async def aclose(self) -> None:
        await self._session.close()

    async def call(self, method: Callable[..., Awaitable[Any]], **arguments: Any) -> dict[str, Any]:
        """One Web API call; raises SlackRefused, Unreachable or OpsError.

        Where Slack refuses the blocks, the call is made once more with the text alone.
        """
        try:
            return await _call(method, arguments)
        except SlackRefused as refused:
            if refused.code not in BLOCKS_REFUSED or not arguments.get("text"):
                raise
            log.warning("Slack refused the blocks (%s); sent as text", refused)
            return await _call(method, {**arguments, "blocks": []})

    async def respond(self, url: str, **arguments: Any) -> None:
        """Post to a `response_url`; raises SlackRefused where it is used up or expired."""
        answer = await self._used(url, arguments)
        if answer.status_code == 200 and '"ok":false' not in answer.body.replace(" ", ""):
            return
        refused_blocks = any(code in answer.body for code in BLOCKS_REFUSED)
        if refused_blocks and arguments.get("blocks"):
            log.warning("Slack refused the blocks of a response (%s); sent as text", answer.body)
            await self.respond(url, **{**arguments, "blocks": []})
            return
        code = answer.body.strip()[:80]
        raise SlackRefused(code, f"Slack refused the answer: {code}.", "")

    async def _used(self, url: str, arguments: dict[str, Any]) -> WebhookResponse:
        """One use of a `response_url`, tried again where Slack itself fails; raises Unreachable."""
        # No retry of a lost connection: a use that did arrive counts against Slack's five.
        webhook = AsyncWebhookClient(
            url,
            session=self._session,
            ssl=self._tls,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=3)],
        )
        status = 0
        # slack_sdk asks its retry handlers about a response_url after a 429 only.
        for pause in (*_PAUSES, 0.0):
            try:
                answer = await webhook.send_dict(arguments)
            except _NETWORK as error:
                raise _no_answer() from error
            status = answer.status_code
            if status < 500:
                return answer
            await asyncio.sleep(pause)
        raise Unreachable(f"Slack answered HTTP {status}.")


def _no_answer() -> Unreachable:
    return Unreachable("Slack does not answer.", "The bot tries again by itself.")


async def _call(method: Callable[..., Awaitable[Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        response = await method(**arguments)
    except SlackApiError as error:
        raise _refusal(error) from error
    except SlackClientError as error:
        raise OpsError(f"Slack's answer could not be read: {error}.") from error
    except AttributeError as error:  # slack_sdk reads any JSON as an object
        raise OpsError("Slack's answer could not be read: it is not an object.") from error
    except _NETWORK as error:
        raise _no_answer() from error
    data = response.data
    return data if isinstance(data, dict) else {}


def _refusal(error: SlackApiError) -> OpsError:
    response = error.response
    status = getattr(response, "status_code", 0)
    if status >= 500:
        return Unreachable(f"Slack answered HTTP {status}.", "The bot tries again by itself.")
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", "unknown"))
    details = "; ".join(data.get("response_metadata", {}).get("messages", [])[:3])
    needed = f" (needs {data['needed']})" if data.get("needed") else ""
    message = f"Slack refused: {code}{needed}{': ' + details if details else ''}."
    return SlackRefused(code, message, HINTS.get(code, ""), str(data.get("needed") or ""))
