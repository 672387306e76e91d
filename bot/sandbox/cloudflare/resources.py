"""What else an account has: itself, its token, R2 buckets, Pages, notifications."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.cloudflare.account import EMAIL, Account
from bot.sandbox.cloudflare.envelope import ApiError, good, no_such_route
from bot.sandbox.cloudflare.gatekeeper import TOKEN
from bot.sandbox.cloudflare.versions import KV_NAMESPACE
from bot.sandbox.faults import Faults

_MADE = "2025-10-02T09:14:31.224Z"
BUCKETS = ("pitchey-uploads", "pitchey-uploads-preview")
NAMESPACES = (KV_NAMESPACE,)


class Resources:
    def __init__(self, account: Account, faults: Faults) -> None:
        self._account = account
        self._faults = faults

    async def verify(self, request: web.Request) -> web.Response:
        """GET /user/tokens/verify."""
        note = {"code": 10000, "message": "This API Token is valid and active", "type": None}
        return good({"id": request[TOKEN].id, "status": "active"}, messages=[note])

    async def user(self, request: web.Request) -> web.Response:
        del request
        return good({"id": self._account.token.id, "email": EMAIL})

    async def accounts(self, request: web.Request) -> web.Response:
        del request
        info = {"page": 1, "per_page": 20, "total_pages": 1, "count": 1, "total_count": 1}
        return good([self._described()], info=info)

    async def account(self, request: web.Request) -> web.Response:
        self._check(request)
        return good(self._described())

    async def buckets(self, request: web.Request) -> web.Response:
        """GET …/r2/buckets."""
        self._check(request)
        listed = [
            {"name": name, "creation_date": _MADE, "location": "WEUR", "storage_class": "Standard"}
            for name in BUCKETS
            if name != BUCKETS[0] or not self._faults.on("bucket_missing")
        ]
        return good({"buckets": listed}, info={"cursor": "", "per_page": 20})

    async def bucket(self, request: web.Request) -> web.Response:
        """GET …/r2/buckets/{bucket}."""
        self._check(request)
        name = request.match_info["bucket"]
        if name not in BUCKETS:
            raise ApiError(404, 10006, "The specified bucket does not exist.")
        return good({"name": name, "creation_date": _MADE, "location": "WEUR"})

    async def namespaces(self, request: web.Request) -> web.Response:
        """GET …/storage/kv/namespaces."""
        self._check(request)
        listed = [
            {"id": each, "title": "pitchey-cache", "supports_url_encoding": True}
            for each in NAMESPACES
        ]
        info = {"page": 1, "per_page": 20, "count": len(listed), "total_count": len(listed)}
        return good(listed, info=info)

    async def zone(self, request: web.Request) -> web.Response:
        """GET /zones/{z}."""
        zone = self._account.zone
        if zone is None or request.match_info["zone"] != zone.id:
            raise no_such_route(request.path)
        return good({"id": zone.id, "name": zone.name, "plan": {"legacy_id": zone.plan}})

    def _described(self) -> dict[str, object]:
        return {"id": self._account.id, "name": "Pitchey", "type": "standard", "created_on": _MADE}

    def _check(self, request: web.Request) -> None:
        if request.match_info["account"] != self._account.id:
            raise no_such_route(request.path)
