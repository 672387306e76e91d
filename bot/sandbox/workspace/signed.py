"""Signed HTTP delivery to a request URL, for apps that do not use Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.workspace.acknowledgement import ACKNOWLEDGE, Undelivered
from bot.sandbox.workspace.model import Json, Outcome

if TYPE_CHECKING:
    from bot.sandbox.workspace.state import Workspace

AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's v0 signature of a request body."""
    text = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class SignedHttp:
    """Posts payloads to the app. `request_url`, where set, wins over the manifest's URLs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._session: aiohttp.ClientSession | None = None
        self.request_url = ""

    async def send(self, kind: str, payload: Json, attempt: int, reason: str) -> Any:
        """The body of the app's answer: JSON, text or None. Raises Undelivered."""
        url = self._address(kind, payload)
        if not url:
            raise Undelivered("connection_failed")
        body, content_type = _encode(kind, payload)
        headers = {"Content-Type": content_type}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        due = self._workspace.clock.now() + ACKNOWLEDGE
        asking = asyncio.ensure_future(self._post(url, body, headers))
        try:
            status, answer, final = await self._workspace.clock.before(due, asking)
        except TimeoutError:
            raise Undelivered("http_timeout") from None
        except (aiohttp.ClientError, OSError):
            raise Undelivered("connection_failed") from None
        finally:
            asking.cancel()
        if not 200 <= status < 300:
            raise Undelivered("http_error", final=final)
        return answer

    async def verify(self, url: str) -> Outcome:
        """The handshake of setting a request URL: the app must answer the challenge."""
        challenge = secrets.token_urlsafe(24)
        payload = {"type": "url_verification", "token": "sandbox", "challenge": challenge}
        body = json.dumps(payload)
        due = self._workspace.clock.now() + ACKNOWLEDGE
        asking = asyncio.ensure_future(self._post(url, body, {"Content-Type": "application/json"}))
        try:
            status, answer, _ = await self._workspace.clock.before(due, asking)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return Outcome(False, "url_verification_failed", message="Your URL did not respond.")
        finally:
            asking.cancel()
        told = answer.get("challenge") if isinstance(answer, dict) else answer
        if status != 200 or told != challenge:
            text = "Your URL did not respond with the value of the challenge parameter."
            return Outcome(False, "url_verification_failed", message=text)
        self.request_url = url
        return Outcome(True)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> tuple[int, Any, bool]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"User-Agent": AGENT})
        # The app compares the time stamp with its own clock, so this one is never forwarded.
        timestamp = str(int(time.time()))
        headers |= {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._workspace.signing_secret, timestamp, body),
        }
        async with self._session.post(url, data=body.encode(), headers=headers) as answer:
            text = await answer.text()
            final = answer.headers.get("X-Slack-No-Retry") == "1"
            if "json" not in answer.content_type:
                return answer.status, text or None, final
            try:
                return answer.status, json.loads(text) if text else None, final
            except ValueError:
                return answer.status, text, final

    def _address(self, kind: str, payload: Json) -> str:
        if self.request_url:
            return self.request_url
        manifest = self._workspace.manifest
        if kind == "events_api":
            return manifest.event_url
        if kind == "slash_commands":
            return next(
                (one.url for one in manifest.commands if one.command == payload["command"]), ""
            )
        return manifest.interactivity_url


def _encode(kind: str, payload: Json) -> tuple[str, str]:
    """The body and its content type: each kind of payload has its own form."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    return urlencode({"payload": json.dumps(payload)}), form
