"""One call to Slack at a time, never repeated: the caller must know what may have arrived."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.command import Block

if TYPE_CHECKING:
    from bot.slack_calls import Slack

log = logging.getLogger(__name__)
EVENT_TYPE = "pitchey_outbox"
# Slack's clock and ours may differ; `pitchey check` complains about more.
CLOCKS_DIFFER = timedelta(minutes=5)
_PAGE = 200
LIVELY_SECONDS = 10.0
_NETWORK = (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError)
# Slack's own trouble: the call may have had its effect all the same.
_TROUBLE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_PICTURE = "invalid slack file"
# The bot's trouble, not the message's: it waits until somebody mends the installation.
_UNINSTALLED = frozenset(
    {
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
        "missing_scope", "no_permission_scope", "org_login_required", "ekm_access_denied",
        "access_denied", "accesslimited", "team_access_not_granted",
    }
)  # fmt: skip


class NotNow(Exception):
    """Try later: after `wait` seconds where Slack names them. `sure`: nothing has arrived.

    `failed` is False where Slack only asked to wait.
    """

    def __init__(
        self, reason: str, *, sure: bool, wait: float | None = None, failed: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason, self.sure, self.wait, self.failed = reason, sure, wait, failed


class RefusedForGood(Exception):
    """The same call can never succeed; `code` is Slack's."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class PictureRefused(NotNow):
    """Slack has not read a picture of its own yet, or never will."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, sure=True, wait=2.0)


class Wire:
    """Posting, editing and finding messages; raises NotNow and RefusedForGood only."""

    def __init__(self, slack: Slack) -> None:
        # A retry of the SDK's own would repeat a post whose answer was lost.
        self._web = AsyncWebClient(
            token=slack.web.token,
            base_url=slack.web.base_url,
            session=slack.web.session,
            ssl=slack.web.ssl,
            retry_handlers=[],
        )
        self._answered = -LIVELY_SECONDS

    @property
    def lively(self) -> bool:
        """Whether Slack has done what a call asked for a moment ago."""
        return time.monotonic() - self._answered < LIVELY_SECONDS

    async def post(
        self, channel: str, text: str, blocks: list[Block], key: str, thread_ts: str
    ) -> tuple[str, str]:
        """Post with the key as metadata; answers the channel's id and the message's ts."""
        more: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        answer = await self._once(
            self._web.chat_postMessage,
            channel=channel,
            text=text,
            blocks=blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
            **more,
        )
        return str(answer.get("channel", channel)), str(answer.get("ts", ""))

    async def edit(self, channel: str, ts: str, text: str, blocks: list[Block]) -> None:
        await self._once(self._web.chat_update, channel=channel, ts=ts, text=text, blocks=blocks)

    async def find(self, channel: str, thread_ts: str, key: str, since: datetime) -> str:
        """The ts of the message that carries the key and came after `since`; empty if none did."""
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{(since - CLOCKS_DIFFER).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": _PAGE,
        }
        method: Callable[..., Awaitable[Any]] = self._web.conversations_history
        if thread_ts:  # a channel's history does not hold the replies of its threads
            method, arguments["ts"] = self._web.conversations_replies, thread_ts
        while True:
            answer = await self._once(method, **arguments)
            for message in answer.get("messages", []):
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return ""
            arguments["cursor"] = cursor

    async def channels(self) -> dict[str, str]:
        """The ids of the bot's channels by their names with #."""
        found: dict[str, str] = {}
        cursor = ""
        while True:
            answer = await self._once(
                self._web.users_conversations,
                types="public_channel,private_channel",
                limit=_PAGE,
                cursor=cursor,
            )
            found |= {f"#{each['name']}": each["id"] for each in answer.get("channels", [])}
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found

    async def _once(
        self, method: Callable[..., Awaitable[Any]], **arguments: Any
    ) -> dict[str, Any]:
        try:
            response = await method(**arguments)
        except SlackApiError as error:
            raise _judged(error) from error
        except SlackClientError as error:
            raise NotNow(f"Slack's answer could not be read: {error}", sure=False) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotNow("Slack cannot be reached", sure=True) from error
        except _NETWORK as error:
            raise NotNow("Slack does not answer", sure=False) from error
        self._answered = time.monotonic()
        data = response.data
        return data if isinstance(data, dict) else {}


def _judged(error: SlackApiError) -> NotNow | RefusedForGood:
    response = error.response
    # Where the body is no JSON, the SDK hands over aiohttp's response itself.
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    code = str(data.get("error", ""))
    if status == 429 or code in ("ratelimited", "rate_limited"):
        wait = _seconds(response.headers.get("Retry-After"))
        return NotNow("Slack asks to wait", sure=True, wait=wait, failed=False)
    if status >= 500 or code in _TROUBLE or not code:
        return NotNow(f"Slack answered HTTP {status} {code}".strip(), sure=False)
    if code in _UNINSTALLED:
        return NotNow(f"Slack refused the bot: {code}", sure=True)
    details = "; ".join(data.get("response_metadata", {}).get("messages", [])[:3])
    if code == "invalid_blocks" and _PICTURE in details:
        return PictureRefused(f"Slack refused a picture: {details}")
    return RefusedForGood(code, f"Slack refused it: {code}{': ' + details if details else ''}")


def _seconds(header: str | None) -> float:
    try:
        return max(1.0, float(header or 1))
    except ValueError:
        return 1.0
