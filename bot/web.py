"""The HTTP process: Slack's signed deliveries, webhooks of services, `/healthz`, `/metrics`."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.app import Workspace
from bot.errors import BadInput, OpsError
from bot.observability import CONTENT_TYPE
from bot.vitals import VitalSigns

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
EVENTS = "/slack/events"  # one address for commands, interactivity and events
WEBHOOKS = "/webhooks/"  # and the name of a Feature's webhook
WEBHOOK_SECONDS = 15.0  # for the body and for what is done with it
LARGEST = 1_000_000  # bytes; Slack's own deliveries stay below 100 kB
log = logging.getLogger(__name__)


class _Rejected(Exception):
    """A request that is answered with this status and no more; an empty reason is not logged."""

    def __init__(self, status: int, error: str, reason: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.reason = reason


class Site:
    """The ASGI application; what Slack did not sign is never parsed.

    Bolt checks the signature too, but only after it has read and parsed the whole body.
    """

    def __init__(self, workspace: Workspace, signs: VitalSigns | None = None) -> None:
        self._workspace = workspace
        runtime = workspace.house.dispatcher.runtime
        self._signs = signs or VitalSigns(runtime, (), "http", workspace.contact)
        secret = workspace.house.settings.secrets.slack_signing_secret
        features = workspace.house.dispatcher.catalogue.features
        self._webhooks = {hook.name: hook for feature in features for hook in feature.webhooks}
        self._verifier = SignatureVerifier(secret.get_secret_value()) if secret else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise TypeError(f"Only HTTP is served here, not {scope['type']!r}.")
        path = scope["path"]
        if path == EVENTS and scope["method"] == "POST":
            await self._delivery(scope, receive, send)
        elif path.startswith(WEBHOOKS) and scope["method"] == "POST":
            status, text = await self._webhook(path.removeprefix(WEBHOOKS), scope, receive)
            if status:
                told = f"{text}\n".encode()
                content = "text/plain; charset=utf-8"
                await _answer(send, status, content, told, closes=status == 413)
        elif path == "/healthz" and scope["method"] in ("GET", "HEAD"):
            await self._health(send)
        elif path == "/metrics" and scope["method"] == "GET":
            observability = self._workspace.house.dispatcher.observability
            body = await asyncio.to_thread(observability.exposition)
            await _answer(send, 200, CONTENT_TYPE, body)
        else:
            await _answer(send, 404, "text/plain; charset=utf-8", b"Not found\n")

    async def _delivery(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        try:
            body = await _body(headers, receive)
            if body is None:
                return
            request = self._request(body, headers, scope["query_string"])
        except _Rejected as rejected:
            if rejected.reason:
                log.warning("a delivery was refused: %s", rejected.reason)
            told = json.dumps({"error": rejected.error}).encode()
            closes = rejected.status == 413
            await _answer(send, rejected.status, "application/json", told, closes=closes)
            return
        answer: BoltResponse = await self._workspace.bolt.async_dispatch(request)
        lines = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, values in answer.headers.items()
            for value in values
        ]
        told = (answer.body or "").encode()
        lines.append((b"content-length", str(len(told)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": told})

    def _request(self, body: bytes, headers: dict[str, str], query: bytes) -> AsyncBoltRequest:
        """Bolt's request of a signed body; raises _Rejected with 401 or 400."""
        text = self._signed(body, headers)
        try:
            request = AsyncBoltRequest(
                body=text, query=query.decode("latin-1"), headers=dict(headers)
            )
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            # Bolt takes for granted that what is signed is well formed.
            reason = f"signed, but malformed ({type(error).__name__})"
            raise _Rejected(400, "malformed request", reason) from None
        if not _shaped(request.body):
            raise _Rejected(400, "malformed request", "signed, but malformed (a field)")
        return request

    def _signed(self, body: bytes, headers: dict[str, str]) -> str:
        """The body as text where Slack signed it within five minutes."""
        stamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        # The verifier fails with an exception at other characters than these.
        if self._verifier and re.fullmatch(r"[0-9]{1,12}", stamp) and signature.isascii():
            try:
                text = body.decode()
            except UnicodeDecodeError:
                text = None
            if text is not None and self._verifier.is_valid(text, stamp, signature):
                return text
        raise _Rejected(401, "invalid request")

    async def _webhook(self, name: str, scope: Scope, receive: Receive) -> tuple[int, str]:
        """Status and text of the answer; status 0 where the sender left before its end."""
        hook, dispatcher = self._webhooks.get(name), self._workspace.house.dispatcher
        if hook is None:
            return 404, "Not found"
        headers = _headers(scope)
        try:
            async with asyncio.timeout(WEBHOOK_SECONDS):
                body = await _body(headers, receive)
                if body is None:
                    return 0, ""
                status, text = await hook.handle(dispatcher.runtime, headers, body)
                return status, dispatcher.redactor.text(text)
        except _Rejected as rejected:
            return rejected.status, rejected.error
        except BadInput as error:
            log.warning("webhook %s was refused: %s", name, error.message)
            return 400, dispatcher.redactor.text(error.message)
        except OpsError as error:
            log.warning("webhook %s failed: %s", name, error)
            return 503, dispatcher.redactor.text(error.message)
        except TimeoutError:
            log.warning("webhook %s took longer than %g s", name, WEBHOOK_SECONDS)
            return 503, "It took too long"
        except Exception:
            # The edge of the bot: a service gets a status, never a traceback.
            log.exception("webhook %s failed unexpectedly", name)
            return 500, "The bot failed"

    async def _health(self, send: Send) -> None:
        vitals = await asyncio.to_thread(self._signs.read)
        body = json.dumps(vitals.told()).encode()
        await _answer(send, 200 if vitals.fit else 503, "application/json", body)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _shaped(body: Any) -> bool:
    """Whether the fields that Bolt itself looks into can be looked into."""
    if not isinstance(body, dict):
        return False
    for name in ("event", "view", "container", "message"):
        if not isinstance(body.get(name) or {}, dict):
            return False
    if body.get("type") != "block_actions":
        return True
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions:
        return False
    return all(isinstance(one, dict) and isinstance(one.get("action_id"), str) for one in actions)


async def _body(headers: dict[str, str], receive: Receive) -> bytes | None:
    """The body, at most LARGEST bytes of it; None where the sender left before its end."""
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > LARGEST:
        raise _Rejected(413, "too large")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > LARGEST:
            raise _Rejected(413, "too large")
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _answer(
    send: Send, status: int, content_type: str, body: bytes, *, closes: bool = False
) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if closes:
        # The rest of the body is not read, so the connection cannot carry another request.
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
