"""Notifications: what the plan offers, webhook destinations, policies, and what was sent.

Code 17200 (the plan does not offer an alert) is Cloudflare's own. Of its other refusals here only
the fact is documented; code 17000 stands for them.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiohttp import web

from bot.sandbox.cloudflare.account import Account
from bot.sandbox.cloudflare.alert_kinds import offered
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.script import stamp

_TEST = "This is a test notification from Cloudflare. Your webhook is set up if you can read it."
_TEST_SECONDS = 5.0
Body = dict[str, Any]


@dataclass
class Webhook:
    """A destination. Its secret is sent with each notification and never told again."""

    name: str
    url: str
    secret: str = field(default="", repr=False)
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: str = field(default_factory=lambda: stamp(datetime.now(UTC)))
    last_success: str | None = None
    last_failure: str | None = None

    def told(self) -> Body:
        return {
            "id": self.id,
            "name": self.name,
            "url": self.url,
            "type": "generic",
            "created_at": self.created_at,
            "last_success": self.last_success,
            "last_failure": self.last_failure,
        }


class Alerting:
    """Handlers below /accounts/{account}/alerting/v3, and `notify`, which really posts."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.reset()

    def reset(self) -> None:
        self.webhooks: dict[str, Webhook] = {}
        self.policies: dict[str, Body] = {}
        self.history: list[Body] = []
        self._open: dict[str, str] = {}  # alert type → what ties its end to its start

    async def available(self, request: web.Request) -> web.Response:
        self._check(request)
        return good(offered(self._account.zone.plan if self._account.zone else ""))

    async def eligible(self, request: web.Request) -> web.Response:
        self._check(request)
        paid = {"eligible": self._hooks, "ready": self._hooks}
        return good(
            {
                "email": [{"type": "email", "eligible": True, "ready": True}],
                "webhooks": [{"type": "webhook", **paid}],
                "pagerduty": [{"type": "pagerduty", "eligible": False, "ready": False}],
            }
        )

    async def list_webhooks(self, request: web.Request) -> web.Response:
        self._check(request)
        return good([each.told() for each in self.webhooks.values()])

    async def add_webhook(self, request: web.Request) -> web.Response:
        self._check(request)
        webhook = await self._proven(await _read(request), Webhook("", ""))
        self.webhooks[webhook.id] = webhook
        return good({"id": webhook.id})

    async def change_webhook(self, request: web.Request) -> web.Response:
        self._check(request)
        known = self.webhooks.get(request.match_info["webhook"])
        if known is None:
            raise ApiError(404, 17000, "This webhook does not exist.")
        self.webhooks[known.id] = await self._proven(await _read(request), known)
        return good({"id": known.id})

    async def remove_webhook(self, request: web.Request) -> web.Response:
        self._check(request)
        if self.webhooks.pop(request.match_info["webhook"], None) is None:
            raise ApiError(404, 17000, "This webhook does not exist.")
        return good(None)

    async def list_policies(self, request: web.Request) -> web.Response:
        self._check(request)
        return good(list(self.policies.values()))

    async def add_policy(self, request: web.Request) -> web.Response:
        self._check(request)
        policy = self._policy(await _read(request), secrets.token_hex(16))
        self.policies[policy["id"]] = policy
        return good({"id": policy["id"]})

    async def change_policy(self, request: web.Request) -> web.Response:
        self._check(request)
        known = self.policies.get(request.match_info["policy"])
        if known is None:
            raise ApiError(404, 17000, "This policy does not exist.")
        changed = self._policy({**known, **await _read(request)}, str(known["id"]))
        self.policies[changed["id"]] = {**changed, "created": known["created"]}
        return good({"id": changed["id"]})

    async def list_history(self, request: web.Request) -> web.Response:
        """Newest first, in pages."""
        self._check(request)
        page = max(1, int(request.query.get("page", "1")))
        size = min(1_000, max(1, int(request.query.get("per_page", "25"))))
        listed = list(reversed(self.history))[(page - 1) * size : page * size]
        info = {
            "page": page, "per_page": size, "count": len(listed), "total_count": len(self.history),
        }  # fmt: skip
        return good(listed, info=info)

    async def notify(self, kind: str, name: str, text: str, *, begins: bool) -> int:
        """Tell every policy of that kind; how many webhooks took it."""
        tie = self._open.setdefault(kind, uuid.uuid4().hex)
        if not begins:
            del self._open[kind]
        taken = 0
        for policy in self.policies.values():
            if policy["alert_type"] != kind or not policy["enabled"]:
                continue
            body = {
                "name": name,
                "text": text,
                "data": {"alert_name": name},
                "ts": int(datetime.now(UTC).timestamp()),
                "account_id": self._account.id,
                "policy_id": policy["id"],
                "policy_name": policy["name"],
                "alert_type": kind,
                "alert_correlation_id": tie,
                "alert_event": f"ALERT_STATE_EVENT_{'START' if begins else 'END'}",
            }
            for entry in policy["mechanisms"].get("webhooks", []):
                webhook = self.webhooks.get(str(entry.get("id")))
                if webhook is not None:
                    taken += await _post(webhook, body)
            self.history.append(
                {
                    "id": uuid.uuid4().hex, "policy_id": policy["id"], "alert_type": kind,
                    "name": name, "description": text, "sent": stamp(datetime.now(UTC)),
                }
            )  # fmt: skip
        return taken

    @property
    def _hooks(self) -> bool:
        zone = self._account.zone
        return self._account.pays or (zone is not None and zone.plan != "free")

    async def _proven(self, body: Body, known: Webhook) -> Webhook:
        """The webhook as asked for, once it has taken a test notification."""
        if not self._hooks:
            raise ApiError(403, 17000, "Webhooks are not available on this account's plan.")
        name, url = str(body.get("name") or known.name), str(body.get("url") or known.url)
        parts = urlsplit(url)
        private = parts.scheme == "http" and parts.hostname == "127.0.0.1"  # of this machine
        if not name or not (parts.scheme == "https" or private):
            raise ApiError(400, 17000, "A webhook needs a name and an https address.")
        secret = str(body["secret"]) if "secret" in body else known.secret
        webhook = Webhook(name, url, secret, known.id, known.created_at)
        if not await _post(webhook, {"text": _TEST}):
            raise ApiError(400, 17000, f"The test notification to {parts.hostname} failed.")
        return webhook

    def _policy(self, body: Body, policy_id: str) -> Body:
        kind = body.get("alert_type")
        plan = self._account.zone.plan if self._account.zone else ""
        entitled = {each["type"] for kinds in offered(plan).values() for each in kinds}
        if not body.get("name") or not isinstance(kind, str):
            raise ApiError(400, 17000, "A policy needs a name and an alert_type.")
        if kind not in entitled:
            words = "account is not entitled to create policies for the alert type"
            raise ApiError(403, 17200, words)
        mechanisms = body.get("mechanisms")
        hooks = mechanisms.get("webhooks", []) if isinstance(mechanisms, Mapping) else []
        if not hooks or any(str(each.get("id")) not in self.webhooks for each in hooks):
            raise ApiError(400, 17000, "A policy needs mechanisms that exist.")
        now = stamp(datetime.now(UTC))
        return {
            "id": policy_id,
            "name": str(body["name"]),
            "description": str(body.get("description") or ""),
            "enabled": bool(body.get("enabled")),
            "alert_type": kind,
            "mechanisms": {"webhooks": [{"id": str(each["id"])} for each in hooks]},
            "filters": dict(body.get("filters") or {}),
            "created": now,
            "modified": now,
        }

    def _check(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)


async def _read(request: web.Request) -> Body:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, 17000, "Could not parse request body as JSON")
    return body


async def _post(webhook: Webhook, body: Body) -> bool:
    """Whether the destination took it (2xx)."""
    headers = {"cf-webhook-auth": webhook.secret} if webhook.secret else {}
    now = stamp(datetime.now(UTC))
    try:
        async with httpx.AsyncClient(timeout=_TEST_SECONDS, trust_env=False) as client:
            answer = await client.post(webhook.url, json=body, headers=headers)
    except httpx.HTTPError:
        webhook.last_failure = now
        return False
    if answer.is_success:
        webhook.last_success = now
    else:
        webhook.last_failure = now
    return answer.is_success
